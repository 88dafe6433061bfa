"""What every process needs. Knows no business word and imports no service."""

# The same as in pyproject.toml; a test compares them.
VERSION = "0.1.0"

"""What every process needs. Knows no business word and imports no service."""

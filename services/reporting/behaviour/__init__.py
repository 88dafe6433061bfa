"""How people behave over many occurrences."""

"""Numbers as they are now."""

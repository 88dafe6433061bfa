"""How well checking in works, and what would make it better."""

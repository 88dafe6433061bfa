"""How many came, over time."""

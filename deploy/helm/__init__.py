"""The chart, and what is made for it."""

"""The second half of the journey: copies and decisions become one truth in MySQL."""

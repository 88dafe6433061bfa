"""Lists of people: who has tried, who is expected and has not, and what is known of each of them."""

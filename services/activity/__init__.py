"""Activities, their occurrences and their credentials: what people check in to, and what they show to do so."""

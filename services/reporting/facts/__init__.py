"""History: what everybody did at every occurrence, and how many of each kind, kept for years and asked by day."""

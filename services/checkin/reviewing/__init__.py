"""What humans decide."""

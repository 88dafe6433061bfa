"""What is recorded, as people and read models ask for it."""

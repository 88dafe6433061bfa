"""What participants say of themselves: whether they will come, and what an activity asks of them."""

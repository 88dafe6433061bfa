"""What HTTP needs whatever is asked: no business word in here."""

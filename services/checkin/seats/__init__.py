"""What Redis knows of seats and answers: hints, never the truth."""

"""The first half of the journey: a batch of attempts becomes durable, and each person gets an answer."""

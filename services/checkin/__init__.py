"""Check-ins: judging attempts, seats, and the one writer of their records."""

"""What tells one attempt, and one seat, from all others."""

# The person and the attempt_id that their phone made: an attempt is theirs alone.
AttemptKey = tuple[bytes, bytes]
# Occurrence and person, with all they hold there.
PersonKey = tuple[bytes, bytes]
# Occurrence, person, direction (1 in, 2 out) and pass: what a person can hold once.
SeatKey = tuple[bytes, bytes, int, int]

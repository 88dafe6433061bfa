"""Whether a person is there: of all accepted and duplicate attempts, both ways, the latest counts.

Rule 24 of the law (services/checkin/rules/LAW.md). The seats say who came and who went at all; a second way out holds
no seat and still moves its person. Records (checkin) and live numbers (reporting) derive it alike.
"""

from typing import NamedTuple


class Presence(NamedTuple):
    """Whether a person is there, and when they left. Times are microseconds since 1970 UTC.

    Attributes:
        left_at: 0 for who has not left, or has come back.
        is_early: They left before the end.
    """

    is_inside: bool
    left_at: int = 0
    is_early: bool = False


def moment(effective_at: int, attempt_id: bytes) -> str:
    """When an attempt counts as made, to compare: of two at one time the one with the lesser id was made first."""
    return f"{effective_at:016d}{attempt_id.hex()}"


def presence(came: str, left: str, left_at: int, is_early: bool) -> Presence:
    """Where a person is who moved like this.

    Args:
        came: The moment of the latest attempt to come in that counts; empty where there is none.
        left: The same of those to go.
        left_at: When that was.
        is_early: That was before the end.
    """
    return Presence(False, left_at, is_early) if left > came else Presence(bool(came))

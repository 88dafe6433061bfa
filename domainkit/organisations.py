"""What several services hold of organisations: that one may rest, and people be staff of one activity alone."""

from typing import NamedTuple

from servicekit.clock import SECOND_US
from servicekit.errors import ConflictError

# How long staff of one activity stay so after its last check-in.
ACTIVITY_STAFF_GRACE_US = 24 * 3600 * SECOND_US


class OrganisationArchivedError(ConflictError):
    """Nobody creates, publishes, invites or joins in an archived organisation."""

    reason = "ORGANISATION_ARCHIVED"

    def __init__(self) -> None:
        super().__init__("this organisation is archived; an owner can take it up again")


class OneActivity(NamedTuple):
    """An activity of an organisation, as far as people are staff of it alone.

    Attributes:
        closes_at: When its last check-in counts, microseconds since 1970 UTC.
    """

    activity_id: bytes
    closes_at: int

    @property
    def staffed_until(self) -> int:
        """When nobody is staff of it alone any more; an edited window moves it."""
        return self.closes_at + ACTIVITY_STAFF_GRACE_US

"""An activity's life: its states, its credentials, and the slots of its dynamic QR. Pure.

Times are microseconds since 1970 UTC; a QR counts in whole seconds.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from domainkit import qr
from domainkit.codes import new_code
from domainkit.qr import QrToken
from servicekit.clock import SECOND_US
from servicekit.errors import invalid
from services.activity.definition import DAY_S, Definition, check_frozen
from services.activity.errors import QrExpiredError, QrFutureError, QrRevokedError, StateError
from services.activity.occurrences import Occurrence, amended, from_now, planned

MAXIMUM_OCCURRENCES = 12
# How long after an activity it is still the same one: its live numbers are kept for as long.
_AFTERWARDS_US = DAY_S * SECOND_US


class Phase(IntEnum):
    """Where an activity stands, seen from a moment; the numbers are those of activity.v1.Phase."""

    ANY = 0
    DRAFT = 1
    UPCOMING = 2
    NOW = 3
    PAST = 4


@dataclass(frozen=True, slots=True)
class Sought:
    """Which activities are looked for; what is empty asks for nothing.

    Attributes:
        title: Part of it, in any case.
        at: When it is now, microseconds since 1970.
    """

    title: str = ""
    phase: Phase = Phase.ANY
    at: int = 0


ANY = Sought()


class State(IntEnum):
    """The life of an activity."""

    DRAFT = 1
    PUBLISHED = 2
    CLOSED = 3
    CANCELLED = 4
    # A draft that nobody wants; its rows stay.
    DELETED = 5

    @property
    def word(self) -> str:
        """As people read it."""
        return self.name.lower()


_BEFORE = {
    State.PUBLISHED: {State.DRAFT},
    State.CLOSED: {State.PUBLISHED},
    State.CANCELLED: {State.DRAFT, State.PUBLISHED},
    State.DELETED: {State.DRAFT},
}
_EDITABLE = (State.DRAFT, State.PUBLISHED)
_OPENED_AGAIN = "given another window"


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as it is at one revision; its occurrences in order of opening."""

    activity_id: bytes
    definition: Definition
    occurrences: tuple[Occurrence, ...]
    code: str
    created_at: int
    epoch: int = 1
    state: State = State.DRAFT
    revision: int = 1
    # None: people outside the organisation never knew of it.
    published_at: int | None = None
    # Since when it reads like this; stamped where it is stored.
    valid_from: int = 0
    # Since when it asks what it asks now; 0: since it was published. Stamped with valid_from.
    amended_at: int = 0
    # The draft that this one tries out; None: it is itself.
    rehearsal_of: bytes | None = None

    @property
    def closes_at(self) -> int:
        """When its last check-in counts."""
        return max(occurrence.closes_at for occurrence in self.occurrences)

    def publish(self, now_us: int) -> "Activity":
        """Open to participants; a published one stays as it is.

        Raises:
            StateError: It is closed or cancelled.
        """
        published = self._move(State.PUBLISHED)
        return self if published is self else replace(published, published_at=now_us)

    def close(self) -> "Activity":
        """No more check-ins; a closed one stays as it is.

        Raises:
            StateError: It was never published, or is cancelled.
        """
        return self._move(State.CLOSED)

    def reopen(self) -> "Activity":
        """Check-ins count again; a published one stays as it is.

        Raises:
            StateError: It is not closed, or only a rehearsal.
        """
        if self.state not in (State.CLOSED, State.PUBLISHED) or self.rehearsal_of:
            raise StateError("reopened", self.state.word)
        return self if self.state is State.PUBLISHED else self._become(State.PUBLISHED)

    def cancel(self) -> "Activity":
        """It does not take place; a cancelled one stays as it is.

        Raises:
            StateError: It is closed: it did take place.
        """
        return self._move(State.CANCELLED)

    def delete(self) -> "Activity":
        """Nobody sees it any more.

        Raises:
            StateError: It was published: people know of it.
        """
        return self._move(State.DELETED)

    def amend(self, definition: Definition) -> "Activity":
        """Says something else of it; whoever says the same changes nothing.

        Raises:
            StateError: It is over.
            InvalidArgumentError: What participants rely on once it is published would change.
        """
        if self.state not in _EDITABLE:
            raise StateError("changed", self.state.word)
        if definition == self.definition:
            return self
        if self.state is State.PUBLISHED:
            check_frozen(self.definition, definition)
        occurrences = amended(self.occurrences, self.definition, definition)
        return replace(self, definition=definition, occurrences=occurrences, revision=self.revision + 1)

    def opened_again(self, number: int, minutes: int, occurrence_id: bytes, now_us: int) -> "Activity":
        """With another window from now on, in which whoever came checks in once more; the one before is over.

        Args:
            number: Which it is to be; where there is one of that number, everything stays as it is.
            minutes: See `occurrences.from_now`.

        Raises:
            StateError: Nobody can check in: it is a draft, closed or cancelled, over for a day, or yet to open.
            InvalidArgumentError: Another number is next, it has as many as it may, or it would be open for too long.
        """
        if self.state is not State.PUBLISHED:
            raise StateError(_OPENED_AGAIN, self.state.word)
        count, last = len(self.occurrences), self.occurrences[-1]
        if 2 <= number <= count:
            return self
        if count >= MAXIMUM_OCCURRENCES:
            raise invalid("number", f"an activity has at most {MAXIMUM_OCCURRENCES} windows; make another one like it")
        if number != count + 1:
            raise invalid("number", f"must be {count + 1}, the next one")
        if last.opens_at >= now_us:
            raise StateError(_OPENED_AGAIN, "coming")
        if self.closes_at + _AFTERWARDS_US < now_us:
            raise StateError(_OPENED_AGAIN, "past")
        opened = from_now(self.definition, minutes, occurrence_id, now_us)
        occurrences = *self.occurrences[:-1], last.until(now_us), opened
        return replace(self, occurrences=occurrences, revision=self.revision + 1)

    def copied(self, starts_at: int, title: str) -> Definition:
        """The same at another time, for as long; with its own title where none is given."""
        shift = starts_at - self.definition.starts_at
        ends_at = self.definition.ends_at + shift
        return replace(self.definition, starts_at=starts_at, ends_at=ends_at, title=title or self.definition.title)

    def rehearsal(self, activity_id: bytes, occurrence_id: bytes, now_us: int) -> "Activity":
        """A hidden activity that says the same from now on, to be tried end to end.

        Raises:
            StateError: It is no draft any more: people would take the one for the other.
        """
        if self.state is not State.DRAFT:
            raise StateError("rehearsed", self.state.word)
        definition = self.copied(now_us, "")
        hidden = draft(definition, activity_id, occurrence_id, now_us)
        return replace(hidden, state=State.PUBLISHED, published_at=now_us, rehearsal_of=self.activity_id)

    def stored_after(self, before: "Activity", now_us: int) -> "Activity":
        """With the moment from which it counts, which is after that of the one before, whose clock may be ahead."""
        valid_from = max(now_us, before.valid_from + 1)
        is_amended = before.state is State.PUBLISHED and self.definition != before.definition
        return replace(self, valid_from=valid_from, amended_at=valid_from if is_amended else self.amended_at)

    def revoke(self) -> "Activity":
        """A new epoch and a new code: whoever copied the old ones has nothing.

        Raises:
            StateError: It shows none: it is not published, or is over.
        """
        if self.state is not State.PUBLISHED:
            raise StateError("given a new QR", self.state.word)
        return replace(self, epoch=self.epoch + 1, code=new_code(), revision=self.revision + 1)

    def occurrence_to_show(self, now_us: int) -> Occurrence:
        """The one a screen shows now.

        Raises:
            StateError: Nobody can check in: the activity is not published, or is over.
        """
        if self.state is not State.PUBLISHED:
            raise StateError("shown as a QR", self.state.word)
        return self.occurrence_at(now_us)

    def occurrence_at(self, at: int) -> Occurrence:
        """The one a moment belongs to: the newest that had opened, else the first."""
        opened = (each for each in reversed(self.occurrences) if each.opens_at <= at)
        return next(opened, self.occurrences[0])

    def _move(self, state: State) -> "Activity":
        if self.state is state:
            return self
        if self.state not in _BEFORE[state]:
            raise StateError(state.word, self.state.word)
        return self._become(state)

    def _become(self, state: State) -> "Activity":
        return replace(self, state=state, revision=self.revision + 1)


def draft(definition: Definition, activity_id: bytes, occurrence_id: bytes, now_us: int) -> Activity:
    """A single event that only its organisation knows of."""
    return Activity(activity_id, definition, (planned(definition, occurrence_id),), new_code(), now_us)


@dataclass(frozen=True, slots=True)
class Slot:
    """The time in which every screen shows the same QR."""

    number: int
    period_s: int

    @classmethod
    def at(cls, now_us: int, period_s: int) -> "Slot":
        """The slot of a moment."""
        return cls(now_us // SECOND_US // period_s, period_s)

    @property
    def issued_at(self) -> int:
        """Its start, in seconds since 1970."""
        return self.number * self.period_s

    @property
    def expires_at(self) -> int:
        """Its end, in microseconds: the next slot's start."""
        return (self.issued_at + self.period_s) * SECOND_US

    def refresh_in_s(self, now_us: int) -> int:
        """When a screen should ask again: whole seconds, at least one."""
        return max(1, -((now_us - self.expires_at) // SECOND_US))


def check_qr(token: QrToken, epoch: int, now_us: int) -> None:
    """Judges a QR against its activity's epoch and the clock.

    Raises:
        QrRevokedError, QrFutureError, QrExpiredError: It is not good, or not any more.
    """
    fault = qr.fault(token, epoch, now_us)
    if fault is None:
        return
    reason, numbers = fault
    if reason == "QR_REVOKED":
        raise QrRevokedError("this QR was replaced; scan the one on the screen")
    if reason == "QR_FUTURE":
        raise QrFutureError("this QR is from the future; scan the one on the screen")
    expired_since_s = str(int(numbers["expired_since_s"]))
    raise QrExpiredError(
        "this QR has expired; scan the one on the screen", metadata={"expired_since_s": expired_since_s}
    )

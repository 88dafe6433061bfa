"""Touches of NFC tags: which of our tags answered, and to which attempt a reading of a SUN tag belongs.

Rule 31 of the law. Called by `judging.py`; a batch without a touch costs nothing, and one with many costs one trip.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

from domainkit.credentials import checkin_id
from domainkit.nfc_tags import TagKeys, TagUnknownError, Touch
from protos.activity.v1 import tags_pb2
from servicekit.clock import SECOND_US
from services.checkin.judging.case import Case
from services.checkin.judging.snapshots import Snapshot
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Reason, is_born_after, refused

_UNKNOWN = refused("NFC_UNKNOWN")
_REPLAY = Reason("NFC_REPLAY")
_UNCHECKED = Reason("NFC_UNCHECKED")
# A tag that is younger may be missing in a snapshot that was not told of it.
_YOUNG_US = 60 * SECOND_US


class Reading(NamedTuple):
    """A reading of a SUN tag as an attempt brings it.

    Attributes:
        owner: The id of the attempt's record.
        closes_at: When its occurrence does, microseconds since 1970 UTC.
        recorded: The highest counter of its tag that activity knew of when the snapshot was read; 0: of none.
    """

    activity_id: bytes
    tag_id: bytes
    counter: int
    owner: bytes
    closes_at: int
    recorded: int = 0


class Verdict(IntEnum):
    """To whom a reading belongs; the numbers are those of `tag_counters.lua`."""

    OWN = 1
    USED = 2
    OLD = 3
    UNSURE = 4
    # Nobody remembers any reading of its tag.
    FORGOTTEN = 5


class CountersPort(Protocol):
    """To which attempts readings belong."""

    async def take(self, readings: Sequence[Reading]) -> list[Verdict] | None:
        """To whom each belongs from now on, in order. One trip, and never raises; None when Redis is gone."""


class Taps:
    """Believes, and judges, what people touched."""

    def __init__(self, keys: TagKeys, counters: CountersPort) -> None:
        self._keys = keys
        self._counters = counters

    def open(self, case: Case) -> None:
        """Reads the touch of an attempt; what no tag of ours said is refused."""
        try:
            case.touch = self._keys.read(case.attempt.token)
        except TagUnknownError:
            case.close(_UNKNOWN)

    async def judge(self, cases: Sequence[Case]) -> None:
        """Says what is held against the touches of those who are not refused anyway; it makes no finding better.

        What is undecided takes its reading as well: others must not, until somebody can judge it.
        """
        touched = [case for case in cases if case.touch and case.snapshot and case.error is None]
        for case in touched:
            if not _is_living(case):
                _refuse(case)
            elif not _may_count(case):
                _leave(case)
        read = [(case, reading) for case in touched if (reading := _reading(case))]
        if not read:
            return
        verdicts = await self._counters.take([reading for _, reading in read])
        for index, (case, _) in enumerate(read):
            _judge(case, verdicts[index] if verdicts else Verdict.UNSURE)


def is_behind(snapshot: Snapshot, touch: Touch, at: int) -> bool:
    """Whether the activity may have made a tag, touched at a moment (microseconds), since its snapshot was read."""
    return touch.tag_id not in snapshot.tags and is_born_after(touch.tag_id, at - _YOUNG_US)


def gate_of(snapshot: Snapshot, touch: Touch) -> str:
    """Where a tag hangs, while its activity has that gate; empty: at none."""
    tag = snapshot.tags.get(touch.tag_id)
    return tag.gate if tag and tag.gate in snapshot.occurrence.gates else ""


def _is_living(case: Case) -> bool:
    """Whether the tag that was touched was one of the activity's then, and answered as its kind does."""
    assert case.touch is not None and case.snapshot is not None
    tag = case.snapshot.tags.get(case.touch.tag_id)
    if tag is None or 0 < tag.revoked_at <= case.attempt.received_at:
        return False
    return (tag.kind == tags_pb2.NfcTag.KIND_SUN) is (case.touch.counter is not None)


def _may_count(case: Case) -> bool:
    return case.is_open or case.finding.judgement is Judgement.UNDECIDED


def _refuse(case: Case) -> None:
    """Of a tag that is none, nothing was seen."""
    case.touch = None
    if case.is_open:
        case.close(_UNKNOWN)


def _leave(case: Case) -> None:
    """What is refused anyway was at the tag, and its reading is nobody's still."""
    assert case.touch is not None
    case.touch = case.touch._replace(counter=None)


def _reading(case: Case) -> Reading | None:
    touch, snapshot, attempt = case.touch, case.snapshot, case.attempt
    if touch is None or touch.counter is None or snapshot is None:
        return None
    owner = checkin_id(attempt.user_id, attempt.attempt_id)
    recorded = snapshot.tags[touch.tag_id].last_counter
    return Reading(touch.activity_id, touch.tag_id, touch.counter, owner, snapshot.occurrence.closes_at, recorded)


def _judge(case: Case, verdict: Verdict) -> None:
    if not case.is_open or verdict is Verdict.OWN:
        return
    # What waited on a phone, or for us, may be older than all that others read meanwhile.
    waited = case.attempt.is_offline or case.attempt.has_receipt
    is_replay = verdict is Verdict.USED or verdict is Verdict.OLD and not waited
    if is_replay:
        case.touch = None
        case.close(case.finding.worsened(Judgement.REFUSED, _REPLAY))
    else:
        case.finding = case.finding.worsened(Judgement.PENDING_REVIEW, _UNCHECKED)

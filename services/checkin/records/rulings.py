"""The last word on seats, for files that say who decided: one statement for all of them."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from services.checkin.recording.store import DECISION_KINDS
from services.checkin.records.moment import moment
from services.checkin.records.stored import Ruling, both_ways, read_rulings
from services.checkin.rules.keys import PersonKey
from services.checkin.rules.merge import MARKS, DecisionKind, mark_of

_NUMBERS = {kind: number for number, kind in DECISION_KINDS.items()}


class Rulings:
    """Reads decisions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, seats: Collection[PersonKey]) -> list[pb.Ruling]:
        """What counts of what was decided on the seats of people at occurrences to come in.

        Raises:
            UnavailableError: MySQL is gone or busy.
        """
        keys = sorted({both_ways(*seat)[0] for seat in seats})
        async with moment(self._engine) as connection:
            found = await read_rulings(connection, keys)
        last = {key: last_word(rulings) for key, rulings in found.items()}
        return [_message(*key[:2], ruling) for key, ruling in last.items() if ruling]


def last_word(rulings: Sequence[Ruling]) -> Ruling | None:
    """The decision that counts of those on a seat, in sequence; None where none does.

    A mark lies over all others, and an annul ends what was said before; whoever was let in once is in, whatever was
    said of their other attempts.
    """
    said = [each for each in rulings if not each.decision.is_stale and each.decision.kind is not DecisionKind.APPEAL]
    if mark := mark_of(each.decision for each in said):
        return next(each for each in said if each.decision is mark)
    by_attempt: dict[bytes, Ruling] = {}
    for each in said:
        if each.decision.kind is DecisionKind.ANNUL:
            by_attempt.clear()
        if each.decision.kind not in MARKS:
            by_attempt[each.decision.attempt_id] = each
    words = list(by_attempt.values())
    approved = [each for each in words if each.decision.kind is DecisionKind.APPROVE]
    return max(approved or words, key=lambda each: each.decision.sequence, default=None)


def _message(occurrence_id: bytes, user_id: bytes, ruling: Ruling) -> pb.Ruling:
    decision = ruling.decision
    return pb.Ruling(
        occurrence_id=occurrence_id,
        user_id=user_id,
        kind=pb.DecisionKind.ValueType(_NUMBERS[decision.kind]),
        decided_at=decision.decided_at,
        decided_by=b"" if decision.is_end or decision.is_lapse else ruling.decided_by,
        reason=ruling.reason,
    )

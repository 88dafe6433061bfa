"""Personal codes that people show to staff: whose they are, whether they are alive, and to which attempt they belong.

Rule 28 of the law. Called by `judging.py` and by `records/look.py`; a batch without such a code costs nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from domainkit import person_codes
from domainkit.person_codes import PersonCodeError, PersonKeys
from services.checkin.judging.case import Case
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Reason, shown_at

_USED = Reason("PERSON_CODE_USED")
_UNCHECKED = Reason("PERSON_CODE_UNCHECKED")


class Showing(NamedTuple):
    """A code as an attempt brings it.

    Attributes:
        said: What the code says; no two that are drawn say the same.
        is_alive: It was shown in its time: nobody's yet, it becomes the attempt's.
    """

    said: bytes
    attempt_id: bytes
    is_alive: bool


class NoncesPort(Protocol):
    """To which attempts codes belong."""

    async def owners(self, showings: Sequence[Showing]) -> list[bytes | None] | None:
        """The attempt that each belongs to from now on, in order; one trip. None for all when Redis is gone."""


class PersonCodes:
    """Believes, and judges, what people show to staff."""

    def __init__(self, keys: PersonKeys, nonces: NoncesPort) -> None:
        self._keys = keys
        self._nonces = nonces

    def open(self, case: Case) -> None:
        """Reads the code of an attempt; one that does not prove its subject is the attempt's error."""
        attempt = case.attempt
        try:
            code = person_codes.parse(attempt.token)
            self._keys.verify(code, attempt.activity_id)
        except PersonCodeError as error:
            return case.fail(error)
        if code.user_id != attempt.user_id:
            return case.fail(PersonCodeError("PERSON_CODE_SIGNATURE"))
        case.code = code
        return None

    async def judge(self, cases: Sequence[Case]) -> None:
        """Says what is held against the codes of those who are not refused anyway; it makes no finding better."""
        shown = [case for case in cases if case.code and case.is_open]
        if not shown:
            return
        faults = [_fault(case) for case in shown]
        showings = [_showing(case, fault is None) for case, fault in zip(shown, faults, strict=True)]
        owners = await self._nonces.owners(showings)
        for index, case in enumerate(shown):
            if owners is None:
                _judge_alone(case, faults[index])
            elif owners[index] != case.attempt.attempt_id:
                _judge(case, faults[index], is_used=owners[index] is not None)


def _fault(case: Case) -> Reason | None:
    assert case.code is not None
    fault = person_codes.fault(case.code, shown_at(case.asking.occurrence, case.attempt))
    return Reason(*fault) if fault else None


def _showing(case: Case, is_alive: bool) -> Showing:
    assert case.code is not None
    return Showing(case.code.said, case.attempt.attempt_id, is_alive)


def _judge_alone(case: Case, fault: Reason | None) -> None:
    """Without Redis nobody knows who else has shown it."""
    if fault is None:
        case.finding = case.finding.worsened(Judgement.PENDING_REVIEW, _UNCHECKED)
    else:
        _judge(case, fault, is_used=False)


def _judge(case: Case, fault: Reason | None, *, is_used: bool) -> None:
    """A code that is another attempt's, or that was over when nobody had shown it yet."""
    if is_used or fault is None:
        case.close(case.finding.worsened(Judgement.REFUSED, _USED))
    elif any(reason.reason == "CLOCK_SKEW" for reason in case.finding.reasons):
        # The phone at the door cannot know the time: nobody is refused for that.
        case.finding = case.finding.worsened(Judgement.PENDING_REVIEW, fault)
    else:
        case.close(case.finding.worsened(Judgement.REFUSED, fault))

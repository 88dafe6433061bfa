"""Proofs: for whom, what they attest, and what is left of it when somebody looks."""

from dataclasses import replace
from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from protos.reporting.v1 import proofs_pb2 as pb
from services.reporting.domain import DAY_US, MINUTE_US, Status
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.papers import proofs
from services.reporting.papers.attested import minutes_of, stays
from services.reporting.papers.blocks import Proofs
from services.reporting.papers.own_proofs import Looks
from services.reporting.papers.papers import Papers, Signed
from services.reporting.papers.proof_rpc import ProofServicer, state_of
from services.reporting.papers.proof_token import Claim, ProofKeys, ProofUnknownError
from tests.unit.reporting.papers.gathered import NINE, Meeting, told

KEYS = ProofKeys({1: bytes(range(32))})
CLAIM = Claim(b"a" * 16, b"u" * 16, NINE, NINE + DAY_US, 3, 150)
WISH = Wish(Report.PROOF, Format.PDF, b"a" * 16)
UNTIL = NINE + 100 * DAY_US


def a_series() -> tuple[Meeting, bytes, bytes, bytes]:
    """Three Mondays: one came to all and left, one to one and stayed, one was refused."""
    meeting = Meeting(3)
    often, once, never = (meeting.expect(name) for name in ("王小明", "李雷", "赵四"))
    for number in range(3):
        meeting.come(often, number, minute=0, left_minute=50)
    meeting.come(once, 1)
    meeting.come(never, 1, status=Status.REFUSED)
    return meeting, often, once, never


async def names(meeting: Meeting, **asked: Any) -> list[str]:
    """Who has a proof."""
    wish = replace(WISH, **asked)
    found = await proofs.attested(await meeting.gathering(wish.user_ids), wish, UNTIL, told)
    return [each.named.name for each in found]


def test_a_token_says_what_was_signed() -> None:
    """Times to the minute; one key of several is enough."""
    token = KEYS.token(CLAIM)
    assert KEYS.claim(token) == CLAIM and len(token) < 80
    rotated = ProofKeys({2: bytes(range(1, 33)), 1: bytes(range(32))})
    assert rotated.claim(token) == CLAIM


@pytest.mark.parametrize("change", ["", "A", "é", "x" * 500, "cut", "longer", "flipped"])
def test_nobody_else_can_make_one(change: str) -> None:
    """Cut, changed or made up it is none, whatever was done to it."""
    token = KEYS.token(CLAIM)
    forged = {
        "cut": token[:-1],
        "longer": token + "A",
        "flipped": token[:30] + ("A" if token[30] != "A" else "B") + token[31:],
    }
    with pytest.raises(ProofUnknownError):
        KEYS.claim(forged.get(change, change))
    with pytest.raises(ProofUnknownError):
        ProofKeys({1: bytes(range(1, 33))}).claim(token)


async def test_who_came_often_and_long_enough_has_one() -> None:
    """Accepted people alone, in the order of the roster."""
    meeting, often, once, _ = a_series()
    assert await names(meeting) == ["王小明", "李雷"]
    assert await names(meeting, minimum_sessions=2) == ["王小明"]
    assert await names(meeting, minimum_minutes=150) == ["王小明"]
    assert await names(meeting, user_ids=(once,)) == ["李雷"]
    with pytest.raises(WishNotMadeError, match="NOBODY_QUALIFIES"):
        await names(meeting, minimum_minutes=151)
    with pytest.raises(WishNotMadeError, match="NOBODY_QUALIFIES"):
        await names(meeting, from_at=UNTIL - DAY_US)


@pytest.mark.parametrize("changes", [{"state": activity_pb2.STATE_CANCELLED}, {"is_rehearsal": True}])
async def test_what_never_took_place_proves_nothing(changes: dict[str, Any]) -> None:
    """Neither on paper, nor to whoever scans a paper from before it was cancelled."""
    meeting, often, *_ = a_series()
    meeting.activity = replace(meeting.activity, **changes)
    with pytest.raises(WishNotMadeError, match="PROVES_NOTHING"):
        await names(meeting)
    assert await looked_up(meeting, Claim(meeting.activity.activity_id, often, 0, UNTIL, 3, 150)) == (
        pb.Proof.STATE_ANNULLED,
        0,
    )


async def test_a_proof_is_of_its_own_activity() -> None:
    """Whoever signs for another series, or for a stranger, attests nothing of this one."""
    meeting, often, *_ = a_series()
    claim = Claim(meeting.activity.activity_id, often, 0, UNTIL, 3, 150)
    assert await looked_up(meeting, claim) == (pb.Proof.STATE_VALID, 3)
    assert await looked_up(meeting, claim._replace(user_id=b"s" * 16)) == (pb.Proof.STATE_ANNULLED, 0)
    with pytest.raises(ProofUnknownError):
        await looked_up(meeting, claim._replace(activity_id=b"b" * 16))


async def looked_up(meeting: Meeting, claim: Claim) -> tuple[int, int]:
    """What the page of a proof says now: its state, and to how many occurrences they came."""
    sources = (await meeting.gathering()).sources
    looks = Looks(_Known(meeting.activity), sources.facts, sources.people, sources.windows)
    servicer = ProofServicer(KEYS, looks, _school, None, None)  # type: ignore[arg-type]
    told_of = await servicer.CheckProof(pb.CheckProofRequest(token=KEYS.token(claim)), None)
    return told_of.state, told_of.sessions


class _Known:
    """The activities there are: one."""

    def __init__(self, activity: Any) -> None:
        self._activity = activity

    async def get(self, activity_id: bytes) -> Any:
        """That one."""
        if activity_id != self._activity.activity_id:
            raise ActivityNotFoundError
        return self._activity


async def _school(_: bytes) -> str:
    return "实验中学"


async def test_a_paper_says_it_in_a_sentence() -> None:
    """With each time, and a QR whose token is good."""
    meeting, *_ = a_series()
    made: list[Any] = []

    async def print_it(paper: Any) -> bytes:
        made.append(paper)
        return b""

    papers = Papers(None, None, _school, Signed(KEYS, "https://qiandao.example"), print_it)  # type: ignore[arg-type]
    paper, count = await papers._proofs(await meeting.gathering(), WISH, "实验中学", told)
    assert isinstance(paper, Proofs) and count == 2
    assert [each.has_minutes for each in paper.proofs] == [True, False]
    first = paper.proofs[0]
    assert first.sentence.endswith("参加“九月安全培训”共 3 场，累计在场 2 小时 30 分钟。")
    assert [(each.came, each.left, each.minutes) for each in first.sessions] == [("09:00", "09:50", "50 分钟")] * 3
    claim = KEYS.claim(first.url.removeprefix("https://qiandao.example/v/"))
    assert (claim.sessions, claim.minutes) == (3, 150)


@pytest.mark.parametrize(
    ("annulled", "state"),
    [(0, pb.Proof.STATE_VALID), (1, pb.Proof.STATE_REDUCED), (3, pb.Proof.STATE_ANNULLED)],
)
async def test_what_is_left_is_told(annulled: int, state: pb.Proof.State.ValueType) -> None:
    """All, less, or nothing of it; and of the person the ends of a name."""
    meeting, often, *_ = a_series()
    meeting.facts.people = [each for each in meeting.facts.people if each.user_id != often]
    for number in range(3):
        status = Status.ABSENT if number < annulled else Status.CHECKED_IN
        meeting.come(often, number, minute=0, left_minute=50, status=status)
    gathering = await meeting.gathering()

    sources = gathering.sources
    looks = Looks(_Known(gathering.activity), sources.facts, sources.people, sources.windows)
    servicer = ProofServicer(KEYS, looks, _school, None, None)  # type: ignore[arg-type]
    token = KEYS.token(Claim(gathering.activity.activity_id, often, 0, UNTIL, 3, 150))
    told_of = await servicer.CheckProof(pb.CheckProofRequest(token=token), None)
    assert (told_of.state, told_of.name) == (state, "王*明")
    assert (told_of.sessions, told_of.attested_sessions) == (3 - annulled, 3)


def test_less_time_is_less() -> None:
    """Though it is as often."""
    meeting, often, *_ = a_series()
    windows = {each.occurrence_id: each for each in meeting.facts.windows}
    found = stays(windows, [each for each in meeting.facts.people if each.user_id == often], 0, UNTIL)
    assert minutes_of(found) == 150
    assert state_of(CLAIM._replace(minutes=151), found) == pb.Proof.STATE_REDUCED
    assert stays(windows, meeting.facts.people, NINE + MINUTE_US, NINE + 2 * MINUTE_US) == []

"""Asking antifraud over real gRPC: who does not answer in time holds nobody up, and says nothing of anybody."""

import asyncio

import pytest

from protos.antifraud.v1 import antifraud_pb2 as pb
from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.errors import UnavailableError
from services.antifraud.rpc import ACCESS
from services.checkin.judging.antifraud_client import TIMEOUT_S, Antifraud
from services.checkin.rules.merge import Judgement
from tests.component.conftest import Loopback
from tests.factories import a_snapshot, an_attempt, an_occurrence

CASES = [(an_attempt(), a_snapshot(an_occurrence()))] * 2


class Servicer(antifraud_pb2_grpc.AntifraudServiceServicer):
    """Passes everybody unless a test says how many it answers for, or that it hangs."""

    def __init__(self) -> None:
        self.answered = len(CASES)
        self.hangs_s = 0.0
        self.is_gone = False
        self.asked = 0

    async def BatchAssess(self, request: pb.BatchAssessRequest, context: object) -> pb.BatchAssessResponse:
        """See antifraud.proto."""
        self.asked += 1
        if self.is_gone:
            raise UnavailableError("gone")
        await asyncio.sleep(self.hangs_s)
        return pb.BatchAssessResponse(assessments=[pb.Assessment(verdict=pb.VERDICT_PASS)] * self.answered)


@pytest.fixture
def servicer() -> Servicer:
    """See `Servicer`."""
    return Servicer()


@pytest.fixture
async def antifraud(loopback: Loopback, servicer: Servicer) -> Antifraud:
    """The client of checkin, connected to it."""
    await loopback.serve("antifraud", antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server, servicer, ACCESS)
    return Antifraud(loopback.connect("antifraud", "checkin"))


async def test_everybody_has_an_assessment(antifraud: Antifraud) -> None:
    """In the order of the cases."""
    assessments = await antifraud.assess(CASES)
    assert assessments is not None
    assert [assessment.judgement for assessment in assessments] == [Judgement.ACCEPTED] * 2


async def test_an_answer_for_others_is_none(antifraud: Antifraud, servicer: Servicer) -> None:
    """Nobody can tell whose assessment is missing."""
    servicer.answered = 1
    assert await antifraud.assess(CASES) is None


async def test_a_slow_antifraud_is_soon_not_asked(antifraud: Antifraud, servicer: Servicer) -> None:
    """Three batches wait out the deadline; the next ones wait for nothing."""
    servicer.hangs_s = 10 * TIMEOUT_S
    for _ in range(3):
        assert await antifraud.assess(CASES) is None
    assert await antifraud.assess(CASES) is None
    assert servicer.asked == 3


async def test_without_antifraud_there_are_no_assessments(antifraud: Antifraud, servicer: Servicer) -> None:
    """One that is gone is as good as a slow one, only sooner."""
    servicer.is_gone = True
    assert await antifraud.assess(CASES) is None

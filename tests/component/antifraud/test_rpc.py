"""BatchAssess over real gRPC: who may call, the order of answers, and a bad item among good ones."""

from typing import Any

import pytest

from protos.antifraud.v1 import antifraud_pb2 as pb
from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.errors import PermissionDeniedError
from servicekit.rpc.client import call
from services.antifraud.rpc import ACCESS, AntifraudServicer
from tests.component.conftest import Loopback

HERE: dict[str, Any] = {"has_location": True, "latitude": 31.2304, "longitude": 121.4737, "accuracy_m": 10}
FAR = {**HERE, "latitude": 31.2504}


def a_rule(**changes: Any) -> pb.Rule:
    """A fence of 500 m around HERE that refuses, and a Wi-Fi list that merely excuses."""
    place = {"has_fence": True, "latitude": HERE["latitude"], "longitude": HERE["longitude"], "radius_m": 500}
    rules: dict[str, Any] = {"bssids": [b"listed"], "fence": pb.GRADE_REFUSE, "wifi": pb.GRADE_OFF}
    return pb.Rule(**(place | rules | changes))


async def assess(loopback: Loopback, request: pb.BatchAssessRequest, caller: str = "checkin") -> list[pb.Assessment]:
    """The answer of a served AntifraudServicer."""
    register = antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server
    await loopback.serve("antifraud", register, AntifraudServicer(), ACCESS)
    stub = antifraud_pb2_grpc.AntifraudServiceStub(loopback.connect("antifraud", caller))
    response = await call(stub.BatchAssess, request, timeout_s=30)
    return list(response.assessments)


async def test_each_item_is_assessed_under_its_rule(loopback: Loopback) -> None:
    """Assessments come in the order of the items and name the numbers of what speaks against one."""
    rules = [a_rule(), a_rule(has_fence=False)]
    items = [pb.Item(rule=0, **FAR), pb.Item(rule=1, **FAR), pb.Item(rule=0, **HERE), pb.Item(rule=0, bssid=b"listed")]

    outside, unfenced, inside, excused = await assess(loopback, pb.BatchAssessRequest(rules=rules, items=items))

    assert [outside.verdict, unfenced.verdict, inside.verdict, excused.verdict] == [pb.VERDICT_REFUSE] + 3 * [
        pb.VERDICT_PASS
    ]
    assert [factor.reason for factor in outside.factors] == ["FENCE_OUTSIDE"]
    assert dict(outside.factors[0].numbers) == pytest.approx(
        {"distance_m": 2223.9, "radius_m": 500, "accuracy_m": 10}, abs=0.1
    )
    assert unfenced.distance_m == excused.distance_m == -1
    assert inside.distance_m == 0


async def test_what_cannot_be_assessed_leaves_its_neighbours_alone(loopback: Loopback) -> None:
    """An unknown rule, a rule without sense and an infinite place give UNSPECIFIED for that item only."""
    rules = [a_rule(), a_rule(radius_m=-1), a_rule(fence=99)]
    bad = [pb.Item(rule=9), pb.Item(rule=1), pb.Item(rule=2), pb.Item(rule=0, **{**HERE, "latitude": float("inf")})]
    good = pb.Item(rule=0, **HERE)

    assessments = await assess(loopback, pb.BatchAssessRequest(rules=rules, items=[good, *bad, good]))

    expected = [pb.VERDICT_PASS, *[pb.VERDICT_UNSPECIFIED] * len(bad), pb.VERDICT_PASS]
    assert [assessment.verdict for assessment in assessments] == expected


async def test_a_muted_reason_is_not_held_against_anybody(loopback: Loopback) -> None:
    """What operators have switched off neither refuses nor shows; what they have not still does."""
    rule = a_rule(wifi=pb.GRADE_REVIEW, place=pb.PLACE_RULE_ALL)
    request = pb.BatchAssessRequest(rules=[rule], items=[pb.Item(rule=0, **FAR)], muted=["FENCE_OUTSIDE"])

    [assessment] = await assess(loopback, request)

    assert assessment.verdict == pb.VERDICT_REVIEW
    assert [factor.reason for factor in assessment.factors] == ["WIFI_MISSING"]


@pytest.mark.parametrize("caller", ["gateway", "activity", "reporting", "projector"])
async def test_only_who_judges_attempts_may_ask(loopback: Loopback, caller: str) -> None:
    """checkin at the door and the recorder in completion; every other process is refused by its certificate."""
    with pytest.raises(PermissionDeniedError):
        await assess(loopback, pb.BatchAssessRequest(), caller)

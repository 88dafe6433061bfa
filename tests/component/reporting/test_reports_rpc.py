"""ReportsService over real gRPC: who may see which report, and what no report can be of.

Identity is a stand-in, and what reports read is in memory.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from protos.reporting.v1 import reports_pb2 as pb
from protos.reporting.v1 import reports_pb2_grpc
from servicekit import ids
from servicekit.errors import (
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.rpc.client import call
from servicekit.rpc.interceptors import by
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.behaviour.cohorts import CohortReader
from services.reporting.domain import Counted
from services.reporting.facts.points import Beginners
from services.reporting.identity_client import Identity
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import EXPECTED, Held
from services.reporting.periods.reading import Reading
from services.reporting.periods.tallying import Tallies
from services.reporting.quality.client import Event
from services.reporting.quality.quality import Qualities
from services.reporting.reports_rpc import ACCESS, ReportsServicer
from services.reporting.trends.trends import Trends
from tests.component.conftest import Loopback, Signer
from tests.component.reporting.test_rpc import StandInIdentity
from tests.fakes.expected import FakeParticipants, FakeRosters

OWNER, ORGANISER, STAFF = identity_pb2.ROLE_OWNER, identity_pb2.ROLE_ORGANISER, identity_pb2.ROLE_STAFF
MEMBER, NOBODY = identity_pb2.ROLE_MEMBER, identity_pb2.ROLE_UNSPECIFIED
EVERY_READ = ("GetTrends", "GetQuality", "GetBehaviour", "GetCohorts")
REQUESTS: Mapping[str, Callable[[pb.Scope], Any]] = {
    "GetTrends": lambda scope: pb.GetTrendsRequest(scope=scope, by=pb.BY_DAY),
    "GetQuality": lambda scope: pb.GetQualityRequest(scope=scope),
    "GetBehaviour": lambda scope: pb.GetBehaviourRequest(scope=scope),
    "GetCohorts": lambda scope: pb.GetCohortsRequest(scope=scope),
}


@dataclass
class Memory:
    """What reports read, of organisations in memory; see `periods.store.Periods` and its neighbours.

    Attributes:
        asked: Which organisation, in which period, each time that occurrences were asked for.
    """

    held_by: dict[bytes, list[Held]] = field(default_factory=dict)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    beginners_of: dict[bytes, list[Beginners]] = field(default_factory=dict)
    asked: list[tuple[bytes, Period]] = field(default_factory=list)
    counted: list[Event] = field(default_factory=list)
    hidden: set[tuple[bytes, bytes, str]] = field(default_factory=set)
    is_gone: bool = False

    async def held(self, organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> list[Held]:
        """Those of the organisation, whatever the period."""
        if self.is_gone:
            raise UnavailableError("MySQL does not answer")
        self.asked.append((organisation_id, period))
        return self.held_by.get(organisation_id, [])

    async def counts(self, occurrence_ids: Sequence[bytes], names: Collection[str]) -> dict[bytes, Any]:
        """Nobody came."""
        return {}

    async def of(self, *_: object) -> Tallies:
        """Nobody was expected."""
        return Tallies({}, 0)

    async def by_group(self, occurrence_ids: Sequence[bytes]) -> dict[str, Any]:
        """What there is."""
        return dict(self.groups)

    async def of_group(self, occurrence_ids: Sequence[bytes], group: str) -> dict[bytes, Any]:
        """Nobody."""
        return {}

    async def minutes(self, held: Held) -> dict[int, int]:
        """Nobody came."""
        return {}

    async def at(self, activity_id: bytes, occurrence_ids: Collection[bytes]) -> list[Counted]:
        """Nobody came."""
        return []

    async def beginners(self, organisation_id: bytes, activity_id: bytes, first: date, last: date) -> list[Beginners]:
        """Those of the organisation."""
        return self.beginners_of.get(organisation_id, [])

    async def is_whole(self) -> bool:
        """Nothing is missing."""
        return True

    async def count(self, user_id: bytes, events: Any, now: int) -> None:
        """Notes them."""
        self.counted += events

    async def hide(self, organisation_id: bytes, activity_id: bytes, code: str, by: bytes, now: int) -> bool:
        """Notes it, of an activity that there is."""
        self.hidden.add((organisation_id, activity_id, code))
        return activity_id != bytes(16)

    async def show(self, organisation_id: bytes, activity_id: bytes, code: str) -> None:
        """Notes that too."""
        self.hidden.discard((organisation_id, activity_id, code))

    async def settings(self, activity_ids: object) -> dict[bytes, Any]:
        """Of none."""
        return {}


@dataclass
class Reports:
    """The service as a test sees it; the reader belongs to `home`, and to no other organisation."""

    loopback: Loopback
    signer: Signer
    memory: Memory = field(default_factory=Memory)
    identity: StandInIdentity = field(default_factory=StandInIdentity)
    home: bytes = field(default_factory=ids.new_id)
    reader: bytes = field(default_factory=ids.new_id)

    async def start(self) -> None:
        """Serves, on stand-ins."""
        verifier, memory = self.signer.verifier(), self.memory
        register = identity_pb2_grpc.add_IdentityServiceServicer_to_server
        access = {"/identity.v1.IdentityService/GetRole": by("reporting")}
        await self.loopback.serve("identity", register, self.identity, access, verifier)
        reading: Any = Reading(memory, memory)
        parts: Any = memory
        servicer = ReportsServicer(
            Identity(self.loopback.connect("identity", "reporting")),
            Trends(reading, memory, memory),
            Qualities(reading, parts, memory, parts, memory.settings),
            Behaviours(memory, memory, FakeRosters(), FakeParticipants()),
            CohortReader(memory),
            memory,
            memory,
            memory,
        )
        served = reports_pb2_grpc.add_ReportsServiceServicer_to_server
        await self.loopback.serve("reporting", served, servicer, ACCESS, verifier)

    async def ask(self, method: str, request: Any, caller: str = "gateway", *, is_somebody: bool = True) -> Any:
        """Calls a method, as the reader."""
        stub = reports_pb2_grpc.ReportsServiceStub(self.loopback.connect("reporting", caller))
        token = self.signer.token(self.reader) if is_somebody else ""
        return await call(getattr(stub, method), request, timeout_s=30, token=token)

    async def read(self, method: str, **scope: Any) -> Any:
        """A report of the reader's own organisation."""
        return await self.ask(method, REQUESTS[method](pb.Scope(**{"organisation_id": self.home, **scope})))


@pytest.fixture
async def reports(loopback: Loopback, signer: Signer) -> Reports:
    """See `Reports`."""
    reports = Reports(loopback, signer)
    await reports.start()
    return reports


async def _raised(asked: Any) -> ServiceError | None:
    try:
        await asked
    except ServiceError as error:
        return error
    return None


@pytest.mark.parametrize("method", EVERY_READ)
async def test_who_may_read_which_report(reports: Reports, method: str) -> None:
    """Staff see how many came and how well it works; what speaks of people is for owner and organiser."""
    to_staff = None if method in ("GetTrends", "GetQuality") else PermissionDeniedError
    may = {OWNER: None, ORGANISER: None, STAFF: to_staff, MEMBER: NotFoundError, NOBODY: NotFoundError}
    for role, error in may.items():
        reports.identity.role, reports.reader = role, ids.new_id()
        raised = await _raised(reports.read(method))
        assert type(raised) is (error or type(None)), (role, raised)


@pytest.mark.parametrize("method", EVERY_READ)
async def test_another_organisation_reads_as_none(reports: Reports, method: str) -> None:
    """Nor does an id that is none; nothing of it was looked at."""
    reports.identity.role = NOBODY
    told = set()
    for organisation_id in (ids.new_id(), b"", b"short", bytes(17)):
        raised = await _raised(reports.read(method, organisation_id=organisation_id))
        assert isinstance(raised, NotFoundError)
        told.add(raised.detail)
    assert (len(told), reports.memory.asked) == (1, [])


@pytest.mark.parametrize("method", EVERY_READ)
@pytest.mark.parametrize(
    ("scope", "field_name"),
    [
        ({"from_day": "2026-13-01", "to_day": "2026-12-31"}, "from"),
        ({"from_day": "2026-01-01", "to_day": "tomorrow"}, "to"),
        ({"from_day": "2026-02-30"}, "from"),
        ({"from_day": "0001-01-01", "to_day": "0001-01-02"}, "to"),
        ({"from_day": "2026-09-02", "to_day": "2026-09-01"}, "from"),
        ({"from_day": "1926-01-01", "to_day": "2026-01-01"}, "from"),
        ({"from_day": "2024-01-01", "to_day": "2025-01-01"}, "from"),
        ({"time_zone": "Moon/Crater"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ],
)
async def test_no_report_is_of_a_bad_period(
    reports: Reports, method: str, scope: Mapping[str, str], field_name: str
) -> None:
    """A hundred years, days that are none, the wrong way round: the field is named, and nothing was looked at."""
    reports.identity.role = OWNER
    with pytest.raises(InvalidArgumentError) as raised:
        await reports.read(method, **scope)
    assert [each.field for each in raised.value.fields] == [field_name]
    assert reports.memory.asked == []


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"by": 0}, "by"),
        ({"by": 99}, "by"),
        ({"compare_from_day": "2026-01-01"}, "compare_to"),
        ({"compare_to_day": "2026-01-01"}, "compare_from"),
        ({"compare_from_day": "1926-01-01", "compare_to_day": "2026-01-01"}, "compare_from"),
        ({"compare_from_day": "2026-01-01", "compare_to_day": "soon"}, "compare_to"),
    ],
)
async def test_a_trend_says_what_is_wrong_with_it(
    reports: Reports, changes: Mapping[str, Any], field_name: str
) -> None:
    """By nothing that there is, or compared with half a period, or with a hundred years."""
    scope = pb.Scope(organisation_id=reports.home)
    with pytest.raises(InvalidArgumentError) as raised:
        await reports.ask("GetTrends", pb.GetTrendsRequest(**{"scope": scope, "by": pb.BY_DAY, **changes}))
    assert [each.field for each in raised.value.fields] == [field_name]


async def test_a_year_and_what_is_left_open_is_read(reports: Reports) -> None:
    """A leap year is 366 days; nothing said is 30 days."""
    await reports.read("GetTrends", from_day="2024-01-01", to_day="2024-12-31")
    await reports.read("GetTrends")
    (home, year), (_, month) = reports.memory.asked
    assert (home, year.days, month.days) == (reports.home, 366, 30)


async def test_few_people_are_told_to_owners_alone(reports: Reports) -> None:
    """Groups and cohorts of fewer than five."""
    reports.memory.groups = {"一班": Counter({EXPECTED: 40}), "二班": Counter({EXPECTED: 4})}
    reports.memory.beginners_of = {reports.home: [Beginners(date(2020, 1, 6), 4, 1, 1, 1)]}
    for role, groups, cohorts in ((OWNER, ["一班", "二班"], 1), (ORGANISER, ["一班"], 0)):
        reports.identity.role, reports.reader = role, ids.new_id()
        scope = pb.Scope(organisation_id=reports.home)
        trend = (await reports.ask("GetTrends", pb.GetTrendsRequest(scope=scope, by=pb.BY_GROUP))).period
        assert ([point.key for point in trend.points], trend.hidden_groups) == (groups, 2 - len(groups))
        found = await reports.read("GetCohorts")
        assert (len(found.cohorts), found.hidden_cohorts, found.first) == (cohorts, 1 - cohorts, 4 * cohorts)


async def test_cohorts_say_nothing_of_days_that_are_not_over(reports: Reports) -> None:
    """Absent is not none."""
    reports.identity.role = OWNER
    today = date.today()
    reports.memory.beginners_of = {
        reports.home: [Beginners(date(2020, 1, 6), 6, 3, 0, 1), Beginners(today, 6, 0, 0, 0)]
    }
    ripe, fresh = (await reports.read("GetCohorts")).cohorts
    days = ("day_1", "day_7", "day_30")
    assert [(ripe.HasField(day), getattr(ripe, day)) for day in days] == [(True, 3), (True, 0), (True, 1)]
    assert [fresh.HasField(day) for day in days[1:]] == [False, False]


async def test_advice_is_hidden_by_organisers_and_only_what_there_is(reports: Reports) -> None:
    """Staff hide none; a word or an activity that is none is refused."""
    request = pb.DismissAdviceRequest(organisation_id=reports.home, activity_id=ids.new_id(), code="FENCE_WIDER")
    reports.identity.role = STAFF
    assert isinstance(await _raised(reports.ask("DismissAdvice", request)), PermissionDeniedError)
    reports.identity.role, reports.reader = ORGANISER, ids.new_id()
    await reports.ask("DismissAdvice", request)
    assert len(reports.memory.hidden) == 1
    request.is_shown = True
    await reports.ask("DismissAdvice", request)
    assert reports.memory.hidden == set()
    request.is_shown = False
    request.activity_id = bytes(16)
    assert isinstance(await _raised(reports.ask("DismissAdvice", request)), NotFoundError)
    request.code = "GO_HOME"
    assert isinstance(await _raised(reports.ask("DismissAdvice", request)), InvalidArgumentError)


async def test_without_a_token_or_from_another_process_nothing_is_told(reports: Reports) -> None:
    """The gateway needs a person behind it; nobody but the gateway may ask."""
    scope = pb.Scope(organisation_id=reports.home)
    event = pb.CountClientEventsRequest.Event(name="locate", activity_id=ids.new_id(), took_ms=2**31)
    told = pb.CountClientEventsRequest(events=[event] * 60)
    for method, request in (
        {method: REQUESTS[method](scope) for method in EVERY_READ} | {"CountClientEvents": told}
    ).items():
        assert isinstance(await _raised(reports.ask(method, request, is_somebody=False)), UnauthenticatedError)
        assert isinstance(await _raised(reports.ask(method, request, "checkin")), PermissionDeniedError)
    await reports.ask("CountClientEvents", told)
    assert (len(reports.memory.counted), {each.took_ms for each in reports.memory.counted}) == (50, {600_000})


async def test_while_mysql_is_gone_no_report_says_nothing(reports: Reports) -> None:
    """It is an error, not a report of nobody."""
    reports.memory.is_gone = True
    with pytest.raises(UnavailableError):
        await reports.read("GetTrends")

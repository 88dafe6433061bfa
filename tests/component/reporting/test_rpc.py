"""ReportingService over real gRPC: who may see what, numbers, lists, and how records are read from checkin.

Identity, activity and checkin are played by stand-ins.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domainkit.name_search import is_named_like
from protos.activity.v1 import activity_pb2, activity_pb2_grpc
from protos.checkin.v1 import checkin_pb2, checkin_pb2_grpc
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from protos.reporting.v1 import reporting_pb2 as pb
from protos.reporting.v1 import reporting_pb2_grpc
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import (
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.rpc.client import call
from servicekit.rpc.interceptors import by
from services.reporting.activities import Activities
from services.reporting.checkin_client import Records
from services.reporting.domain import IN, OUT, Activity, SeatView, Status, Totals, Window, counters
from services.reporting.expected.expectation import Expectations
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Member
from services.reporting.identity_client import Identity
from services.reporting.live.numbers import Numbers
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.project import Change
from services.reporting.rpc import ACCESS, ReportingServicer
from tests.component.conftest import Loopback, Signer
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters
from tests.fakes.reporting import FakeActivities, FakeFacts, FakeLive

MINUTE_US = 60_000_000
HELD, PENDING, REFUSED = Status.CHECKED_IN, Status.PENDING_REVIEW, Status.REFUSED
READERS = [identity_pb2.ROLE_STAFF, identity_pb2.ROLE_ORGANISER, identity_pb2.ROLE_OWNER]
STRANGERS = [identity_pb2.ROLE_UNSPECIFIED, identity_pb2.ROLE_MEMBER]


@dataclass
class StandInIdentity(identity_pb2_grpc.IdentityServiceServicer):
    """Identity with one role for everybody."""

    role: Any = identity_pb2.ROLE_STAFF
    names: dict[bytes, str] = field(default_factory=dict)
    asked_roles: int = 0
    asked_names: int = 0
    has_names: bool = True
    has_roles: bool = True

    async def GetRole(self, request: Any, context: Any) -> identity_pb2.GetRoleResponse:
        """The role, or an outage."""
        self.asked_roles += 1
        if not self.has_roles:
            raise UnavailableError("no roles")
        return identity_pb2.GetRoleResponse(role=self.role)

    async def FindUsers(self, request: Any, context: Any) -> identity_pb2.FindUsersResponse:
        """Those who are called so, or an outage."""
        if not self.has_names:
            raise UnavailableError("no names")
        found = [user_id for user_id, name in self.names.items() if is_named_like(name, request.query)]
        return identity_pb2.FindUsersResponse(user_ids=found)

    async def BatchGetUsers(self, request: Any, context: Any) -> identity_pb2.BatchGetUsersResponse:
        """Names, or an outage."""
        self.asked_names += 1
        if not self.has_names:
            raise UnavailableError("no names")
        known = [user_id for user_id in request.user_ids if user_id in self.names]
        users = [identity_pb2.User(user_id=user_id, name=self.names[user_id]) for user_id in known]
        return identity_pb2.BatchGetUsersResponse(users=users)


@dataclass
class StandInActivity(activity_pb2_grpc.ActivityServiceServicer):
    """The activity service with these occurrences."""

    occurrences: list[activity_pb2.OccurrenceSnapshot] = field(default_factory=list)

    async def BatchGetOccurrences(self, request: Any, context: Any) -> activity_pb2.BatchGetOccurrencesResponse:
        """Those of the asked activities."""
        found = [snapshot for snapshot in self.occurrences if snapshot.activity_id in request.activity_ids]
        return activity_pb2.BatchGetOccurrencesResponse(occurrences=found)


@dataclass
class Reporting:
    """The service as a test sees it."""

    loopback: Loopback
    signer: Signer
    activity: Activity
    live: FakeLive = field(default_factory=FakeLive)
    facts: FakeFacts = field(default_factory=FakeFacts)
    identity: StandInIdentity = field(default_factory=StandInIdentity)
    activities: StandInActivity = field(default_factory=StandInActivity)
    reader: bytes = field(default_factory=ids.new_id)
    stored: FakeActivities = field(default_factory=FakeActivities)
    rosters: FakeRosters = field(default_factory=FakeRosters)
    participants: FakeParticipants = field(default_factory=FakeParticipants)

    async def start(self, *stored: Activity) -> None:
        """Serves, on stand-ins served like the real ones."""
        self.stored = FakeActivities(*stored)
        roles, names = "/identity.v1.IdentityService/GetRole", "/identity.v1.IdentityService/BatchGetUsers"
        occurrences = "/activity.v1.ActivityService/BatchGetOccurrences"
        verifier = self.signer.verifier()
        register_identity = identity_pb2_grpc.add_IdentityServiceServicer_to_server
        register_activity = activity_pb2_grpc.add_ActivityServiceServicer_to_server
        search = "/identity.v1.IdentityService/FindUsers"
        access = {roles: by("reporting"), names: by("reporting"), search: by("reporting")}
        await self.loopback.serve("identity", register_identity, self.identity, access, verifier)
        told = {occurrences: by("reporting")}
        await self.loopback.serve("activity", register_activity, self.activities, told, verifier)
        known = Activities(self.stored, self.loopback.connect("activity", "reporting"))
        people = Identity(self.loopback.connect("identity", "reporting"))
        servicer = ReportingServicer(
            self.live,
            known,
            people,
            Expectations(self.live, self.rosters, self.participants),
            People(self.facts, self.rosters, self.participants, Naming(people, self.rosters, FakeGuests(self.rosters))),
        )
        register = reporting_pb2_grpc.add_ReportingServiceServicer_to_server
        await self.loopback.serve("reporting", register, servicer, ACCESS, verifier)

    async def people_are(self, *changes: Change) -> None:
        """Projects seats of the activity."""
        await self.live.apply({self.activity.activity_id: changes})
        await self.facts.apply({self.activity.activity_id: changes})

    async def stats(self, activity_id: bytes | None = None, occurrence_id: bytes = b"") -> pb.Stats:
        """GetStats as the reader."""
        activity_id = activity_id or self.activity.activity_id
        request = pb.GetStatsRequest(activity_id=activity_id, occurrence_id=occurrence_id)
        answer: pb.Stats = await self._call("GetStats", request)
        return answer

    async def people(self, **filters: Any) -> pb.ListPeopleResponse:
        """ListPeople as the reader."""
        request = pb.ListPeopleRequest(activity_id=self.activity.activity_id, **filters)
        answer: pb.ListPeopleResponse = await self._call("ListPeople", request)
        return answer

    async def draw(self, **said: Any) -> pb.DrawPeopleResponse:
        """DrawPeople as the reader."""
        request = pb.DrawPeopleRequest(activity_id=self.activity.activity_id, **said)
        answer: pb.DrawPeopleResponse = await self._call("DrawPeople", request)
        return answer

    async def _call(self, method: str, request: Any) -> Any:
        stub = reporting_pb2_grpc.ReportingServiceStub(self.loopback.connect("reporting", "gateway"))
        return await call(getattr(stub, method), request, timeout_s=30, token=self.signer.token(self.reader))


def an_activity(**changes: Any) -> Activity:
    """An activity for 2 of 5 expected, open for another hour."""
    activity_id, fields = ids.new_id(), {"expected": 5, "capacity": 2, "closes_at": now_us() + 60 * MINUTE_US} | changes
    window = Window(b"o" * 16, activity_id, 1, 0, fields["closes_at"])
    return Activity(activity_id, ids.new_id(), "讲座", "Asia/Shanghai", 2, 1, **{"windows": (window,), **fields})


def a_seat(user: int, status: Status = HELD, minute: int = 1, gate: str = "A", reasons: Sequence[str] = ()) -> Change:
    """A seat of person number `user`."""
    user_id, at, punctuality = bytes([user]) * 16, minute * MINUTE_US, "late" if "LATE" in reasons else "on_time"
    counted = counters(status, at, "qr", gate, punctuality, reasons)
    view = SeatView(status is HELD, at, counted, int(status), "qr", gate, punctuality, list(reasons))
    return Change(b"o" * 16, user_id, IN, 1, view, pb.LiveBatch(events=[pb.LiveEvent()]).SerializeToString(), at)


@pytest.fixture
async def reporting(loopback: Loopback, signer: Signer) -> Reporting:
    """The service with one activity, four people at it, and a reader who is staff."""
    reporting = Reporting(loopback, signer, an_activity())
    await reporting.start(reporting.activity)
    await reporting.people_are(
        a_seat(1, minute=1),
        a_seat(2, minute=2, gate="B", reasons=["LATE"]),
        a_seat(3, minute=2),
        a_seat(4, REFUSED, minute=3, reasons=["FENCE_OUTSIDE"]),
    )
    reporting.identity.names = {bytes([1]) * 16: "Zhang San", bytes([2]) * 16: "李四", bytes([4]) * 16: "zhang wu"}
    return reporting


@pytest.mark.parametrize("role", READERS)
async def test_staff_organiser_and_owner_may_read(reporting: Reporting, role: Any) -> None:
    """Numbers and lists are theirs."""
    reporting.identity.role = role
    assert (await reporting.stats()).checked_in == 3
    assert len((await reporting.people()).people) == 4


@pytest.mark.parametrize("role", STRANGERS)
async def test_to_others_the_activity_does_not_exist(reporting: Reporting, role: Any) -> None:
    """Members and strangers read the same error as for an id that is none."""
    reporting.identity.role = role
    errors = []
    for ask in (reporting.stats(), reporting.people(), reporting.stats(ids.new_id()), reporting.stats(b"short")):
        with pytest.raises(NotFoundError) as raised:
            await ask
        errors.append((raised.value.reason, raised.value.detail))
    assert len(set(errors)) == 1


async def test_a_deleted_activity_does_not_exist(loopback: Loopback, signer: Signer) -> None:
    """Nobody reads numbers of a draft that was taken away."""
    deleted = replace(an_activity(), state=activity_pb2.STATE_DELETED)
    reporting = Reporting(loopback, signer, deleted)
    await reporting.start(deleted)

    with pytest.raises(NotFoundError):
        await reporting.stats()


async def test_a_role_is_remembered_and_its_absence_is_not(reporting: Reporting) -> None:
    """Somebody just made staff may read at once; after that identity is not asked for every number."""
    reporting.identity.role = identity_pb2.ROLE_UNSPECIFIED
    with pytest.raises(NotFoundError):
        await reporting.stats()
    reporting.identity.role = identity_pb2.ROLE_STAFF
    await reporting.stats()
    await reporting.stats()
    # Each time about the organisation and about the activity.
    assert reporting.identity.asked_roles == 2 * 2


async def test_without_a_token_or_from_another_process_nothing_is_told(reporting: Reporting) -> None:
    """The gateway needs a person behind it, and nobody but the gateway may ask."""
    request = pb.GetStatsRequest(activity_id=reporting.activity.activity_id)
    for caller, error in [("gateway", UnauthenticatedError), ("checkin", PermissionDeniedError)]:
        stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", caller))
        with pytest.raises(error):
            await call(stub.GetStats, request, timeout_s=30)


async def test_the_gateway_itself_reads_the_same_numbers(reporting: Reporting) -> None:
    """Nobody stands behind that call, and nobody's role is asked for; no other process may make it."""
    request = pb.GetLiveStatsRequest(activity_id=reporting.activity.activity_id)
    stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", "gateway"))
    shared = await call(stub.GetLiveStats, request, timeout_s=30)
    assert (shared.checked_in, reporting.identity.asked_roles) == (3, 0)
    with pytest.raises(NotFoundError):
        await call(stub.GetLiveStats, pb.GetLiveStatsRequest(activity_id=b"short"), timeout_s=30)
    stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", "checkin"))
    with pytest.raises(PermissionDeniedError):
        await call(stub.GetLiveStats, request, timeout_s=30)


async def test_the_gateway_itself_reads_who_came_last(reporting: Reporting) -> None:
    """For screens: those who are checked in, the latest first; no other process may ask."""
    request = pb.ListLatestRequest(activity_id=reporting.activity.activity_id)
    stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", "gateway"))
    people = (await call(stub.ListLatest, request, timeout_s=30)).people
    assert people and {one.status for one in people} == {pb.STATUS_CHECKED_IN}
    times = [one.checked_in_at for one in people]
    assert times == sorted(times, reverse=True)
    stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", "checkin"))
    with pytest.raises(PermissionDeniedError):
        await call(stub.ListLatest, request, timeout_s=30)


async def test_the_gateway_also_finds_an_activity_whose_message_is_on_the_way(
    loopback: Loopback, signer: Signer
) -> None:
    """The activity service is asked by this process, on nobody's behalf."""
    reporting = Reporting(loopback, signer, activity := an_activity())
    await reporting.start()
    reporting.activities.occurrences = [
        activity_pb2.OccurrenceSnapshot(activity_id=activity.activity_id, closes_at=now_us())
    ]
    stub = reporting_pb2_grpc.ReportingServiceStub(reporting.loopback.connect("reporting", "gateway"))
    request = pb.GetLiveStatsRequest(activity_id=activity.activity_id)
    assert (await call(stub.GetLiveStats, request, timeout_s=30)).activity_id == activity.activity_id


async def test_stats_are_the_numbers_of_people(reporting: Reporting) -> None:
    """Every counter arrives, with what exceeds the capacity and the position in the live stream."""
    left = a_seat(3, minute=5)
    await reporting.people_are(left._replace(direction=OUT, event=b"", view=left.view._replace(counters=[])))
    stats = await reporting.stats()

    assert (stats.checked_in, stats.inside, stats.refused, stats.late) == (3, 2, 1, 1)
    assert (stats.expected, stats.has_expected, stats.over_capacity, stats.stale) == (5, True, 1, False)
    assert [(each.minute_at, each.count, each.span_s) for each in stats.by_minute][:2] == [
        (MINUTE_US, 1, 60), (2 * MINUTE_US, 2, 60),
    ]  # fmt: skip
    assert stats.event_id == "4-0"
    assert stats.as_of == pytest.approx(now_us(), abs=5_000_000)


async def test_each_window_has_its_own_numbers_and_list(loopback: Loopback, signer: Signer) -> None:
    """The newest that has opened, or the one that is asked for; nobody is absent from one before its own close."""
    one = an_activity(roster_id=b"r" * 16, expected=0, capacity=0, offline_window_s=0)
    first, second = one.windows[0]._replace(closes_at=2), one.windows[0]._replace(occurrence_id=b"p" * 16, opens_at=2)
    coming = second._replace(occurrence_id=b"q" * 16, opens_at=now_us() + 60 * MINUTE_US)
    activity = replace(one, windows=(first, second, coming))
    reporting = Reporting(loopback, signer, activity)
    reporting.rosters = FakeRosters(*(Member(bytes([each]) * 16, b"", "") for each in (1, 2)))
    await reporting.start(activity)
    again = a_seat(2)._replace(occurrence_id=b"p" * 16)
    await reporting.people_are(a_seat(1), a_seat(2), again)

    told = [await reporting.stats(occurrence_id=each) for each in (b"", b"o" * 16, b"p" * 16)]
    assert [each.occurrence_id for each in told] == [b"p" * 16, b"o" * 16, b"p" * 16]
    assert [(each.checked_in, each.not_yet) for each in told] == [(1, 1), (2, 0), (1, 1)]
    assert [each.HasField("absent") for each in told] == [False, True, False]
    for occurrence_id, came in ((b"", [2]), (b"o" * 16, [2, 1]), (b"p" * 16, [2])):
        found = await reporting.people(status=HELD, occurrence_id=occurrence_id)
        assert [person.user_id[0] for person in found.people] == came
    missing = await reporting.people(status=Status.ABSENT, occurrence_id=b"p" * 16)
    assert [person.user_id[0] for person in missing.people] == [1]
    assert {one.user_id[0] for one in (await reporting.draw(count=9, occurrence_id=b"o" * 16)).people} == {1, 2}


async def test_a_window_that_was_opened_just_now_is_found(reporting: Reporting) -> None:
    """The activity service tells of it before the message comes; one of another activity is none."""
    for activity_id, occurrence_id in ((reporting.activity.activity_id, b"p" * 16), (ids.new_id(), b"z" * 16)):
        reporting.activities.occurrences.append(
            activity_pb2.OccurrenceSnapshot(activity_id=activity_id, occurrence_id=occurrence_id, closes_at=now_us())
        )
    assert (await reporting.stats(occurrence_id=b"p" * 16)).expected == 5
    with pytest.raises(NotFoundError):
        await reporting.stats(occurrence_id=b"z" * 16)


async def test_numbers_by_word(reporting: Reporting) -> None:
    """Methods and gates are of people checked in, reasons of everybody."""
    stats = await reporting.stats()
    assert dict(stats.by_method) == {"qr": 3}
    assert dict(stats.by_gate) == {"A": 2, "B": 1}
    assert dict(stats.by_reason) == {"LATE": 1, "FENCE_OUTSIDE": 1}


async def test_those_expected_are_told_with_the_numbers(reporting: Reporting) -> None:
    """Against a number everybody who came counts, and who asked for leave and did not come; absent nobody is yet."""
    reporting.participants.said = {bytes([1]) * 16: Answer.LEAVE, bytes([8]) * 16: Answer.LEAVE}
    stats = await reporting.stats()
    assert (stats.expected, stats.came, stats.leave, stats.not_yet) == (5, 3, 1, 1)
    assert not stats.HasField("absent") and not stats.by_group


async def test_a_roster_is_told_by_group(loopback: Loopback, signer: Signer) -> None:
    """Two seats of one person count once; after the sync watermark who is missing is absent."""
    closed = an_activity(roster_id=b"r" * 16, expected=0, closes_at=now_us() - 3 * 60 * MINUTE_US)
    reporting = Reporting(loopback, signer, closed)
    reporting.rosters = FakeRosters(
        Member(b"e" * 16, bytes([1]) * 16, "一班"), Member(b"f" * 16, b"", "一班"), Member(b"g" * 16, b"", "")
    )
    await reporting.start(reporting.activity)
    as_entry = a_seat(2)._replace(user_id=b"e" * 16)
    await reporting.people_are(a_seat(1), as_entry, a_seat(9))
    stats = await reporting.stats()
    assert (stats.expected, stats.came, stats.not_yet, stats.absent, stats.checked_in) == (3, 1, 2, 2, 2)
    assert stats.inside == 2
    groups = [(each.group, each.expected, each.came, each.absent) for each in stats.by_group]
    assert groups == [("", 1, 0, 1), ("一班", 2, 1, 1)]


class LongOpen(FakeLive):
    """Numbers of an activity that has been open for hours: what came early is counted by the quarter of an hour."""

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """See `LiveReader.numbers`."""
        found, counts = await super().numbers(activity_id, occurrence_id), Counter[str]()
        for name, count in found.counts.items():
            minute = int(name.removeprefix("minute:")) if name.startswith("minute:") else 300
            counts[name if minute >= 300 else f"quarter:{minute - minute % 15}"] += count
        return found._replace(counts=dict(counts))


async def test_who_came_under_both_ids_is_one_in_every_number(loopback: Loopback, signer: Signer) -> None:
    """By minute, also where these are put together by now, by method, gate and reason, and late."""
    reporting = Reporting(loopback, signer, an_activity(roster_id=b"r" * 16, expected=0), live=LongOpen())
    reporting.rosters = FakeRosters(Member(b"e" * 16, bytes([1]) * 16, ""), Member(b"f" * 16, bytes([2]) * 16, ""))
    await reporting.start(reporting.activity)
    again = a_seat(3, minute=17, gate="B", reasons=["LATE"]), a_seat(4, PENDING, minute=301, gate="B")
    await reporting.people_are(
        a_seat(1, minute=16, reasons=["LATE"]),
        a_seat(2, minute=300),
        again[0]._replace(user_id=b"e" * 16),
        again[1]._replace(user_id=b"f" * 16),
    )
    stats = await reporting.stats()
    assert (stats.checked_in, stats.inside, stats.late, stats.pending_review) == (2, 2, 1, 0)
    assert (dict(stats.by_method), dict(stats.by_gate), dict(stats.by_reason)) == ({"qr": 2}, {"A": 2}, {"LATE": 1})
    by_minute = [(each.minute_at // MINUTE_US, each.span_s, each.count) for each in stats.by_minute]
    assert by_minute == [(15, 900, 1), (300, 60, 1)]


async def test_a_roster_that_cannot_be_read_is_no_number(reporting: Reporting) -> None:
    """Nothing is told of who is expected, and that is stale; a list of who is missing says that nobody can tell."""
    reporting.participants.is_gone = True
    stats = await reporting.stats()
    assert (stats.has_expected, stats.stale, stats.checked_in) == (False, True, 3)
    with pytest.raises(UnavailableError):
        await reporting.people(status=pb.STATUS_ABSENT)


async def test_a_listed_person_on_the_list(loopback: Loopback, signer: Signer) -> None:
    """What the roster and they themselves say, beside what the seat tells; and whom nobody expected."""
    reporting = Reporting(loopback, signer, an_activity(roster_id=b"r" * 16, questions=1))
    reporting.rosters = FakeRosters(Member(b"e" * 16, bytes([1]) * 16, "一班"))
    reporting.rosters.called = {b"e" * 16: EntryName("王小明", "2026001")}
    reporting.participants.said = {bytes([1]) * 16: Answer.COMING}
    reporting.participants.told = {bytes([1]) * 16: ["云大"]}
    await reporting.start(reporting.activity)
    await reporting.people_are(a_seat(1), a_seat(2, minute=2))
    stranger, listed = (await reporting.people()).people
    assert (listed.name, listed.number, listed.group, listed.entry_id) == ("王小明", "2026001", "一班", b"e" * 16)
    assert (listed.answer, list(listed.details), listed.is_listed) == (pb.ANSWER_COMING, ["云大"], True)
    assert (stranger.HasField("is_listed"), stranger.is_listed, stranger.entry_id) == (True, False, b"")
    [lacking] = (await reporting.people(lacks_details=True)).people
    assert lacking.user_id == stranger.user_id


async def test_an_open_activity_expects_nobody_and_has_room(loopback: Loopback, signer: Signer) -> None:
    """Without roster and capacity neither is counted against."""
    reporting = Reporting(loopback, signer, an_activity(expected=0, capacity=0))
    await reporting.start(reporting.activity)
    await reporting.people_are(a_seat(1))
    stats = await reporting.stats()
    assert (stats.has_expected, stats.over_capacity) == (False, 0)


@pytest.mark.parametrize("silent_s", [6, 10_000])
async def test_numbers_say_when_they_are_stale(reporting: Reporting, silent_s: int) -> None:
    """A projector silent for more than 5 s shows."""
    reporting.live.heartbeat_at = now_us() - silent_s * 1_000_000
    assert (await reporting.stats()).stale


async def test_numbers_that_are_being_rebuilt_are_stale(reporting: Reporting) -> None:
    """The old ones go on, and say so, until the new ones take their place."""
    activity_id = reporting.activity.activity_id
    await reporting.live.begin(activity_id, b"owner")
    during = await reporting.stats()
    await reporting.live.switch(activity_id, b"owner")
    after = await reporting.stats()
    assert (during.checked_in, during.stale) == (3, True)
    assert (after.checked_in, after.stale) == (0, False)


async def test_redis_gone(reporting: Reporting) -> None:
    """Without Redis there are no numbers: UNAVAILABLE; the list goes on."""
    reporting.live.is_gone = True
    with pytest.raises(UnavailableError):
        await reporting.stats()
    assert (await reporting.people()).people


async def test_mysql_gone(reporting: Reporting) -> None:
    """Without MySQL there is no list: UNAVAILABLE; the numbers go on."""
    reporting.facts.is_gone = True
    with pytest.raises(UnavailableError):
        await reporting.people()
    assert (await reporting.stats()).checked_in


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of activities and roles is asked for again each time."""
    monkeypatch.setattr("services.reporting.activities._LIFE_S", 0.0)
    monkeypatch.setattr("domainkit.roles._BELIEVED_S", 0.0)


@pytest.mark.usefixtures("impatient")
async def test_mysql_and_identity_gone(loopback: Loopback, signer: Signer) -> None:
    """Numbers go on for whoever could read them; a newcomer has to wait."""
    reporting = Reporting(loopback, signer, an_activity())
    await reporting.start(reporting.activity)
    await reporting.stats()
    reporting.stored.is_gone, reporting.identity.has_roles = True, False
    assert not (await reporting.stats()).stale
    reporting.reader = ids.new_id()
    with pytest.raises(UnavailableError):
        await reporting.stats()


async def test_an_activity_whose_message_is_on_the_way(loopback: Loopback, signer: Signer) -> None:
    """The activity service tells what the read model does not know yet."""
    reporting = Reporting(loopback, signer, an_activity())
    await reporting.start()
    activity = reporting.activity
    with pytest.raises(NotFoundError):
        await reporting.stats()
    reporting.activities.occurrences = [
        activity_pb2.OccurrenceSnapshot(
            activity_id=activity.activity_id,
            occurrence_id=b"o" * 16,
            organisation_id=activity.organisation_id,
            capacity=1,
            closes_at=now_us(),
        )
    ]
    await reporting.people_are(a_seat(1), a_seat(2))
    assert (await reporting.stats()).over_capacity == 1


async def test_those_inside_are_drawn_each_once(reporting: Reporting) -> None:
    """Draw after draw, until everybody was; who left and who waits are never among them."""
    await reporting.people_are(*(a_seat(user) for user in (5, 6, 7, 8)), a_seat(9, status=Status.PENDING_REVIEW))
    await reporting.people_are(a_seat(8, minute=5)._replace(direction=OUT))
    drawn, token = [], ""
    for count in (2, 3, 5):
        found = await reporting.draw(count=count, page_token=token)
        drawn.append(numbers_of(found))
        token = found.next_page_token
    assert [len(numbers) for numbers in drawn] == [2, 3, 1]
    assert sorted(number for numbers in drawn for number in numbers) == [1, 2, 3, 5, 6, 7]
    assert token == ""


async def test_every_draw_is_another(reporting: Reporting) -> None:
    """Nobody is favoured: of many first draws of one, everybody comes out."""
    first = {numbers_of(await reporting.draw(count=1))[0] for _ in range(100)}
    assert first == {1, 2, 3}


@pytest.mark.parametrize("count", [0, 51, -1])
async def test_a_draw_of_too_few_or_many_is_refused(reporting: Reporting, count: int) -> None:
    """It names the field."""
    with pytest.raises(InvalidArgumentError, match="count"):
        await reporting.draw(count=count)


async def test_strangers_draw_nobody(reporting: Reporting) -> None:
    """As for lists, the activity is not there for them."""
    reporting.identity.role = identity_pb2.ROLE_MEMBER
    with pytest.raises(NotFoundError):
        await reporting.draw(count=1)


def numbers_of(response: pb.ListPeopleResponse | pb.DrawPeopleResponse) -> list[int]:
    """Which persons a page shows, in its order."""
    return [person.user_id[0] for person in response.people]


async def test_people_come_latest_first_and_page_by_page(reporting: Reporting) -> None:
    """Equal times are ordered by person; the token leads to the rest, and the last page has none."""
    first = await reporting.people(page_size=3)
    second = await reporting.people(page_size=3, page_token=first.next_page_token)
    assert (numbers_of(first), numbers_of(second)) == ([4, 3, 2], [1])
    assert second.next_page_token == ""


async def test_a_person_on_the_list(reporting: Reporting) -> None:
    """Name, status and what the seat tells."""
    [person] = (await reporting.people(gate="B")).people
    assert (person.name, person.status, person.punctuality) == ("李四", pb.STATUS_CHECKED_IN, "late")
    assert (person.method, person.gate, person.checked_in_at) == ("qr", "B", 2 * MINUTE_US)
    assert list(person.reasons) == ["LATE"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": pb.STATUS_REFUSED}, [4]),
        ({"reason": "LATE"}, [2]),
        ({"punctuality": "on_time", "status": pb.STATUS_CHECKED_IN}, [3, 1]),
        ({"from_at": 2 * MINUTE_US, "to_at": 3 * MINUTE_US}, [3, 2]),
        ({"query": "ZHANG"}, [4, 1]),
        ({"query": "zhang", "status": pb.STATUS_CHECKED_IN}, [1]),
        ({"method": "code"}, []),
    ],
)
async def test_people_are_filtered(reporting: Reporting, filters: dict[str, Any], expected: list[int]) -> None:
    """Every filter narrows the list, a part of a name in any case too."""
    assert numbers_of(await reporting.people(**filters)) == expected


async def test_names_are_remembered(reporting: Reporting) -> None:
    """The next page does not ask for the same people again."""
    reporting.identity.names[bytes([3]) * 16] = ""
    await reporting.people()
    await reporting.people()
    assert reporting.identity.asked_names == 1


async def test_a_list_without_identity_has_no_names(reporting: Reporting) -> None:
    """The list still comes; a search by name says that nobody can tell."""
    reporting.identity.has_names = False
    assert [person.name for person in (await reporting.people()).people] == [""] * 4
    with pytest.raises(UnavailableError):
        await reporting.people(query="zhang")


@pytest.mark.parametrize("wrong", [{"page_token": "x"}, {"page_token": "kwE"}, {"page_size": -1}])
async def test_a_page_that_is_none_is_refused(reporting: Reporting, wrong: dict[str, Any]) -> None:
    """A token from elsewhere or a negative size names the field."""
    with pytest.raises(InvalidArgumentError) as raised:
        await reporting.people(**wrong)
    assert [field.field for field in raised.value.fields] == list(wrong)


class StandInCheckin(checkin_pb2_grpc.CheckinServiceServicer):
    """The checkin service with one occurrence of 450 seats; of its others it knows nothing."""

    occurrence_id = b"o" * 16
    seats = 450

    async def ListRecords(self, request: Any, context: Any) -> checkin_pb2.ListRecordsResponse:
        """As many as asked for; the token is how many there were before."""
        first = int(request.page_token or 0)
        after = min(first + request.page_size, self.seats if request.occurrence_id == self.occurrence_id else 0)
        numbers = range(first, after)
        seats = [checkin_pb2.SeatState(user_id=number.to_bytes(16, "big"), revision=1) for number in numbers]
        token = str(after) if 0 < after < self.seats else ""
        return checkin_pb2.ListRecordsResponse(seats=seats, next_page_token=token)

    async def ListTotals(self, request: Any, context: Any) -> checkin_pb2.ListTotalsResponse:
        """The seats of the one, nothing of the others."""
        known = {self.occurrence_id: self.seats}
        totals = [
            checkin_pb2.Totals(occurrence_id=each, seats=known.get(each, 0), revisions=known.get(each, 0))
            for each in request.occurrence_ids
        ]
        return checkin_pb2.ListTotalsResponse(totals=totals)


@pytest.fixture
async def records(loopback: Loopback) -> Records:
    """What the projector reads from the stand-in."""
    service = "/checkin.v1.CheckinService/"
    access = {service + method: by("projector") for method in ("ListRecords", "ListTotals")}
    register = checkin_pb2_grpc.add_CheckinServiceServicer_to_server
    await loopback.serve("checkin", register, StandInCheckin(), access)
    return Records(loopback.connect("checkin", "projector"))


async def test_records_are_read_page_by_page(records: Records) -> None:
    """Every seat once, in order, to the last page; an occurrence without any has one empty page."""
    pages = [list(page) async for page in records.pages(StandInCheckin.occurrence_id)]
    assert [int.from_bytes(seat.user_id, "big") for page in pages for seat in page] == list(range(450))
    assert len(pages) == 3
    assert [list(page) async for page in records.pages(ids.new_id())] == [[]]


async def test_totals_of_more_occurrences_than_one_call_takes(records: Records) -> None:
    """All are answered, those that nobody knows with nothing."""
    asked = [ids.new_id() for _ in range(600)] + [StandInCheckin.occurrence_id]
    totals = await records.totals(asked)
    assert list(totals) == asked
    assert totals[asked[-1]] == Totals(450, 450)
    assert totals[asked[0]] == Totals()

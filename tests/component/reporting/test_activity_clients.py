"""What reporting asks of rosters and participants, over real gRPC: in pages, by revision, in batches."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from protos.activity.v1 import participants_pb2, participants_pb2_grpc, rosters_pb2, rosters_pb2_grpc
from servicekit import ids
from servicekit.errors import NotFoundError
from servicekit.rpc.interceptors import by
from services.reporting.expected.participant_client import Participants
from services.reporting.expected.roster_client import EntryName, Rosters
from services.reporting.expected.tally import Answer, Member
from tests.component.conftest import Loopback

ROSTER, ACTIVITY = b"r" * 16, b"a" * 16
_MEMBERS, _PARTICIPANTS = "/activity.v1.RosterMemberService/", "/activity.v1.ParticipantService/"


def person(number: int) -> bytes:
    """The id of an entry or a user."""
    return number.to_bytes(16, "big")


@dataclass
class StandInActivity(rosters_pb2_grpc.RosterMemberServiceServicer, participants_pb2_grpc.ParticipantServiceServicer):
    """The activity service with one roster of five, told two at a time, and one activity.

    Attributes:
        calls: What was asked for: how many members, names or people were told.
        grows_after: After so many pages somebody changes the roster.
    """

    revision: int = 1
    group: str = "一班"
    calls: list[int] = field(default_factory=list)
    grows_after: int = 0

    async def ListMembers(self, request: Any, context: Any) -> rosters_pb2.ListMembersResponse:
        """A page, or that nothing has changed."""
        if request.roster_id != ROSTER:
            raise NotFoundError("there is no such roster")
        if request.known_revision == self.revision:
            self.calls.append(0)
            return rosters_pb2.ListMembersResponse(revision=self.revision)
        first = int(request.page_token or 0)
        numbers = range(first, min(first + 2, 5))
        self.calls.append(len(numbers))
        told = rosters_pb2.ListMembersResponse(
            members=[rosters_pb2.RosterMember(entry_id=person(each), group=self.group) for each in numbers],
            next_page_token=str(first + 2) if first + 2 < 5 else "",
            revision=self.revision,
        )
        if len(self.calls) == self.grows_after:
            self.revision, self.group = self.revision + 1, "二班"
        return told

    async def BatchGetEntryNames(self, request: Any, context: Any) -> rosters_pb2.BatchGetEntryNamesResponse:
        """Those of even numbers."""
        self.calls.append(len(request.entry_ids))
        known = [each for each in request.entry_ids if each[-1] % 2 == 0]
        entries = [rosters_pb2.EntryName(entry_id=each, name=f"{each[-1]}", number="n") for each in known]
        return rosters_pb2.BatchGetEntryNamesResponse(entries=entries)

    async def ListAnswers(self, request: Any, context: Any) -> participants_pb2.ListAnswersResponse:
        """One that comes, one on leave, one of a later release, a page each."""
        number = int(request.page_token or 1)
        answer = participants_pb2.ParticipantAnswer(user_id=person(number), answer=number)  # type: ignore[arg-type]
        token = str(number + 1) if number < 3 else ""
        self.calls.append(1)
        return participants_pb2.ListAnswersResponse(answers=[answer], next_page_token=token)

    async def BatchGetDetails(self, request: Any, context: Any) -> participants_pb2.BatchGetDetailsResponse:
        """Those of even numbers."""
        self.calls.append(len(request.user_ids))
        people = [each for each in request.user_ids if each[-1] % 2 == 0]
        told = [participants_pb2.ParticipantDetails(user_id=each, said=["a", ""]) for each in people]
        return participants_pb2.BatchGetDetailsResponse(people=told)


@pytest.fixture
async def activity(loopback: Loopback) -> StandInActivity:
    """The activity service, which reporting alone may ask."""
    activity = StandInActivity()
    methods = [_MEMBERS + each for each in ("ListMembers", "BatchGetEntryNames")]
    methods += [_PARTICIPANTS + each for each in ("ListAnswers", "BatchGetDetails")]

    def register(servicer: Any, server: Any) -> None:
        rosters_pb2_grpc.add_RosterMemberServiceServicer_to_server(servicer, server)
        participants_pb2_grpc.add_ParticipantServiceServicer_to_server(servicer, server)

    await loopback.serve("activity", register, activity, {each: by("reporting") for each in methods})
    return activity


async def test_a_roster_is_read_page_by_page_and_remembered(activity: StandInActivity, loopback: Loopback) -> None:
    """Everybody is on it, and who asks at once is told without asking again."""
    rosters = Rosters(loopback.connect("activity", "reporting"))
    roster = await rosters.get(ROSTER)
    assert roster.members == [Member(person(number), b"", "一班") for number in range(5)]
    assert await rosters.get(ROSTER) is roster
    assert activity.calls == [2, 2, 1]
    with pytest.raises(NotFoundError):
        await rosters.get(ids.new_id())


async def test_a_roster_that_did_not_change_costs_one_small_call(activity: StandInActivity, loopback: Loopback) -> None:
    """Its revision is asked for; with another one all of it is read."""
    rosters = Rosters(loopback.connect("activity", "reporting"), life_s=0.0)
    first = await rosters.get(ROSTER)
    assert await rosters.get(ROSTER) is first
    assert activity.calls == [2, 2, 1, 0]
    activity.revision, activity.group = 2, "二班"
    assert {each.group for each in (await rosters.get(ROSTER)).members} == {"二班"}


async def test_a_roster_that_grew_while_it_was_read_is_read_again(
    activity: StandInActivity, loopback: Loopback
) -> None:
    """Some of its pages are of before."""
    activity.grows_after = 2
    rosters = Rosters(loopback.connect("activity", "reporting"), life_s=0.0)
    assert {each.group for each in (await rosters.get(ROSTER)).members} == {"一班", "二班"}
    assert {each.group for each in (await rosters.get(ROSTER)).members} == {"二班"}


async def test_names_come_in_batches_and_are_remembered(activity: StandInActivity, loopback: Loopback) -> None:
    """Who has none is asked for again."""
    rosters = Rosters(loopback.connect("activity", "reporting"))
    everybody = [person(number) for number in range(600)]
    names = await rosters.names(ROSTER, everybody)
    assert list(names) == everybody[::2] and names[person(2)] == EntryName("2", "n")
    assert await rosters.names(ROSTER, everybody[:4]) == {person(0): EntryName("0", "n"), person(2): names[person(2)]}
    assert activity.calls == [500, 100, 2]


async def test_answers_are_read_page_by_page_and_remembered(activity: StandInActivity, loopback: Loopback) -> None:
    """A number of a later release says nothing."""
    participants = Participants(loopback.connect("activity", "reporting"))
    expected = {person(1): Answer.COMING, person(2): Answer.LEAVE, person(3): Answer.NONE}
    assert await participants.answers(ACTIVITY) == await participants.answers(ACTIVITY) == expected
    assert activity.calls == [1, 1, 1]


async def test_details_come_in_batches(activity: StandInActivity, loopback: Loopback) -> None:
    """Who told nothing is left out."""
    participants = Participants(loopback.connect("activity", "reporting"))
    told = await participants.details(ACTIVITY, [person(number) for number in range(600)])
    assert len(told) == 300 and told[person(2)] == ["a", ""]
    assert activity.calls == [500, 100]

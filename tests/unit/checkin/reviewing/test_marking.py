"""Marks: who may say what of whom, and what is told of each."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from domainkit.organisations import OneActivity
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.errors import InvalidArgumentError, NotFoundError, PermissionDeniedError, UnavailableError
from servicekit.ids import new_id
from servicekit.mysql.idempotency import IdempotencyKeyReusedError
from services.checkin.recording.store import numbered
from services.checkin.records.stored import Ruling, Said
from services.checkin.reviewing.marking import MAXIMUM_PEOPLE, Marking
from services.checkin.rules import merge
from services.checkin.rules.occurrence import Occurrence
from tests.factories import a_snapshot, an_occurrence
from tests.fakes.checkin import FakeAcquaintances, FakeActivities


@dataclass
class Class:
    """One occurrence, staff, whom its organisation knows, and a recorder that numbers at once."""

    occurrence: Occurrence = field(default_factory=an_occurrence)
    people: FakeAcquaintances = field(default_factory=FakeAcquaintances)
    rulings: dict[bytes, list[Ruling]] = field(default_factory=dict)
    sent: list[pb.DecidedBatch] = field(default_factory=list)
    held: set[bytes] = field(default_factory=set)
    role: int = identity_pb2.ROLE_STAFF
    is_recording: bool = True
    is_broker_gone: bool = False

    def __post_init__(self) -> None:
        self.teacher = new_id()
        activities = FakeActivities([a_snapshot(self.occurrence)])
        self.marking = Marking(self, self, activities, self, self.people, recorded_within_s=0)

    async def mark(self, *people: bytes, mark: pb.Mark.ValueType = pb.MARK_LEAVE, **changes: Any) -> list[Any]:
        """What the teacher is told of each."""
        vouched, entries = changes.pop("vouched", ()), changes.pop("entries", {})
        named = [
            pb.MarkPeopleRequest.Person(user_id=one, is_vouched=one in vouched, entry_id=entries.get(one, b""))
            for one in people
        ]
        values: dict[str, Any] = {
            "activity_id": self.occurrence.activity_id,
            "reason": "病假",
            "mark": mark,
            "people": named,
        }
        request = pb.MarkPeopleRequest(**values | changes)
        return list((await self.marking.mark(self.teacher, request)).values())

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> int:
        """The teacher's role."""
        return self.role

    async def said(self, occurrence_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, Said]:
        """What is numbered; the revision counts what counts."""
        found = {each: self.rulings.get(each, []) for each in user_ids if each in self.rulings or each in self.held}
        return {
            each: Said(1 + sum(not r.decision.is_stale for r in said), said, is_held=each in self.held)
            for each, said in found.items()
        }

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """What is numbered."""
        every = (ruling.decision for said in self.rulings.values() for ruling in said)
        return {one.decision_id: one.is_stale for one in every if one.decision_id in decision_ids}

    async def send(self, batch: pb.DecidedBatch) -> None:
        """The broker and the recorder at once."""
        if self.is_broker_gone:
            raise UnavailableError("no broker")
        self.sent.append(batch)
        for each in batch.decisions if self.is_recording else ():
            said = self.rulings.setdefault(each.user_id, [])
            is_stale = each.only_unset and merge.is_set([], [ruling.decision for ruling in said])
            said.append(Ruling(numbered(each, len(said) + 1, is_stale=is_stale), each.decided_by, each.reason))


def told(mark: pb.Mark.ValueType, revision: int, *, is_skipped: bool = False) -> pb.Marked:
    """What staff are told of a person."""
    return pb.Marked(mark=mark, revision=revision, is_skipped=is_skipped)


async def test_a_mark_goes_to_the_recorder_and_is_told() -> None:
    """In one message for all, on the seat to come in, with who said it and why, and no attempt."""
    room, li, wang = Class(), new_id(), new_id()
    assert await room.mark(li, wang) == [told(pb.MARK_LEAVE, 2)] * 2

    [batch] = room.sent
    assert [each.user_id for each in batch.decisions] == [li, wang]
    sent = batch.decisions[0]
    assert (sent.kind, sent.attempt_id, sent.direction) == (pb.DECISION_KIND_MARK_LEAVE, bytes(16), pb.DIRECTION_IN)
    assert (sent.decided_by, sent.reason, sent.saw_revision) == (room.teacher, "病假", 0)
    assert (sent.occurrence_id, sent.activity_id, sent.organisation_id) == (
        room.occurrence.occurrence_id,
        room.occurrence.activity_id,
        room.occurrence.organisation_id,
    )


async def test_nobody_marks_themselves() -> None:
    """The others of the same call are marked."""
    room, li = Class(), new_id()
    mine, other = await room.mark(room.teacher, li, vouched=[room.teacher])
    assert isinstance(mine, PermissionDeniedError)
    assert other == told(pb.MARK_LEAVE, 2)


async def test_a_stranger_is_told_like_nobody_unless_vouched_for() -> None:
    """Whom the activity service knows need not be known to the organisation."""
    room, li, guest = Class(), new_id(), new_id()
    room.people.unknown |= {li, guest}
    stranger, listed = await room.mark(li, guest, vouched=[guest])
    assert isinstance(stranger, NotFoundError)
    assert listed == told(pb.MARK_LEAVE, 2)


async def test_what_is_only_for_who_is_unset_leaves_the_others_alone() -> None:
    """They are told as they are."""
    room, li, wang = Class(), new_id(), new_id()
    await room.mark(li)
    results = await room.mark(li, wang, mark=pb.MARK_ABSENT, only_unset=True)
    assert results == [told(pb.MARK_LEAVE, 2, is_skipped=True), told(pb.MARK_ABSENT, 2)]


async def test_a_mark_is_taken_back() -> None:
    """Then nothing is said of the person, at a higher revision."""
    room, li = Class(), new_id()
    await room.mark(li)
    assert await room.mark(li, mark=pb.MARK_UNSPECIFIED) == [told(pb.MARK_UNSPECIFIED, 3)]


async def test_a_mark_is_taken_back_also_from_the_entry_they_were() -> None:
    """Whoever was marked before anybody knew who they are has one mark, and it comes off; what is said again, once."""
    room, li, entry = Class(), new_id(), new_id()
    await room.mark(entry, vouched=[entry])
    back: dict[str, Any] = {
        "mark": pb.MARK_UNSPECIFIED,
        "vouched": [li],
        "entries": {li: entry},
        "idempotency_key": "k",
    }
    first = await room.mark(li, **back)
    assert first == [told(pb.MARK_UNSPECIFIED, 2)]
    assert (await room.said(b"", [entry]))[entry].mark is None

    await room.mark(entry, vouched=[entry])
    assert await room.mark(li, **back) == first
    assert (await room.said(b"", [entry]))[entry].mark is not None


@pytest.mark.parametrize("is_held", [True, False])
async def test_who_is_set_as_the_entry_they_were_is_left_alone(is_held: bool) -> None:
    """Whoever came by their label, or was marked, before they were bound is not unset; who is unset is marked."""
    room, li, entry, wang = Class(), new_id(), new_id(), new_id()
    if is_held:
        room.held.add(entry)
    else:
        await room.mark(entry, vouched=[entry])
    results = await room.mark(
        li, wang, mark=pb.MARK_ABSENT, only_unset=True, vouched=[li, wang], entries={li: entry, wang: new_id()}
    )
    left = told(pb.MARK_UNSPECIFIED, 1, is_skipped=True) if is_held else told(pb.MARK_LEAVE, 2, is_skipped=True)
    assert results == [left, told(pb.MARK_ABSENT, 2)]
    assert li not in room.rulings


async def test_the_same_key_marks_once() -> None:
    """The repetition gets the first answer; with another reason it is another request."""
    room, li = Class(), new_id()
    first = await room.mark(li, idempotency_key="k")
    assert await room.mark(li, idempotency_key="k") == first
    assert len(room.sent) == 1
    [other] = await room.mark(li, idempotency_key="k", reason="事假")
    assert isinstance(other, IdempotencyKeyReusedError)


async def test_what_is_not_recorded_yet_has_no_revision() -> None:
    """A mark that is on its way is told as what is known now."""
    room, li = Class(is_recording=False), new_id()
    assert await room.mark(li) == [told(pb.MARK_UNSPECIFIED, 0)]


async def test_nothing_is_taken_without_something_durable() -> None:
    """No broker, no mark."""
    with pytest.raises(UnavailableError):
        await Class(is_broker_gone=True).mark(new_id())


@pytest.mark.parametrize("role", [0, identity_pb2.ROLE_MEMBER])
async def test_others_learn_of_no_activity(role: int) -> None:
    """Members and strangers alike."""
    with pytest.raises(NotFoundError):
        await Class(role=role).mark(new_id())


@pytest.mark.parametrize("changes", [{"activity_id": b"x" * 16}, {"occurrence_id": b"x" * 16}])
async def test_an_unknown_occurrence_is_none(changes: dict[str, Any]) -> None:
    """Nor is one of another activity."""
    with pytest.raises(NotFoundError):
        await Class().mark(new_id(), **changes)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"people": []}, "people"),
        ({"people": [pb.MarkPeopleRequest.Person(user_id=b"short")]}, "people"),
        ({"people": [pb.MarkPeopleRequest.Person(user_id=b"1" * 16)] * 2}, "people"),
        (
            {"people": [pb.MarkPeopleRequest.Person(user_id=new_id()) for _ in range(MAXIMUM_PEOPLE + 1)]},
            "people",
        ),
        ({"mark": 99}, "mark"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"mark": pb.MARK_UNSPECIFIED, "only_unset": True}, "only_unset"),
    ],
)
async def test_what_is_no_request_names_its_field(changes: dict[str, Any], names: str) -> None:
    """Nothing is sent."""
    room = Class()
    with pytest.raises(InvalidArgumentError) as caught:
        await room.mark(new_id(), **changes)
    assert [fault.field for fault in caught.value.fields] == [names]
    assert not room.sent

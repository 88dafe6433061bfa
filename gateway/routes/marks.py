"""What staff say people count as: 到, 迟到, 请假, 未到 (rule 27 of the law)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import DECIDE_S, ask
from gateway.http import problems
from gateway.http.fields import Id, IdText, Input, Keyed
from gateway.marks import MARKS, MarkName
from gateway.routes.dependencies import Call, Routes
from gateway.routes.review import GivenReason
from protos.activity.v1 import door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import RateLimitedError, ServiceError
from servicekit.ids import to_text
from servicekit.rpc.status import from_status

routes = Routes("review")

_NUMBERS: dict[str, pb.Mark.ValueType] = {name: pb.Mark.ValueType(number) for number, name in MARKS.items()}
_AN_ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
_EXAMPLE = {"mark": "leave", "reason": "已向辅导员请假", "people": [{"user_id": _AN_ID}]}

Wanted = Literal["present", "late", "leave", "absent", "none"]


class Somebody(Input):
    """Whom a mark is about: somebody the organisation knows, an entry of the activity's roster, or a guest of it."""

    user_id: Id | None = None
    roster_entry_id: Id | None = None
    guest_id: Id | None = None

    def __post_init__(self) -> None:
        """Refuses who is named twice, or not at all."""
        if sum(each is not None for each in (self.user_id, self.roster_entry_id, self.guest_id)) != 1:
            raise ValueError("give exactly one of user_id, roster_entry_id and guest_id")

    @property
    def asked(self) -> door_pb2.Subject:
        """What the activity service is asked."""
        if self.roster_entry_id is not None:
            return door_pb2.Subject(entry_id=self.roster_entry_id)
        if self.guest_id is not None:
            return door_pb2.Subject(guest=door_pb2.Guest(guest_id=self.guest_id))
        return door_pb2.Subject(user_id=self.user_id or b"")


class Marks(Input):
    """One mark for many; `none` takes marks back, `only_unset` leaves alone who is checked in or marked already."""

    mark: Wanted
    reason: GivenReason
    people: Annotated[list[Somebody], Meta(min_length=1, max_length=200)]
    occurrence_id: Id | None = None
    only_unset: bool = False


class Marked(msgspec.Struct, omit_defaults=True):
    """What one counts as now, or the problem with it; `revision` is null while the mark is on its way."""

    user_id: IdText | None
    mark: MarkName | None
    revision: int | None
    is_skipped: Annotated[bool, Meta(description="They were checked in or marked already, and only_unset.")]
    problem: problems.Problem | None = None


class MarkResults(msgspec.Struct):
    """What came of each, in order."""

    results: list[Marked]


@routes.on("POST", "/v1/activities/{activity_id}/marks", example=_EXAMPLE)
async def mark_people(call: Call, activity_id: Id, headers: Keyed, body: Marks) -> MarkResults:
    """Says what up to 200 people count as, whatever they did: a decision with a reason, never of oneself.

    What happened stays as it is; numbers and lists follow the mark until it is taken back. Each person reads it in the
    history of their record.
    """
    if wait_s := call.parts.marks.take(call.person.user_id):
        raise RateLimitedError("one call every two seconds at most", retry_after_s=wait_s)
    people = await _people(call, activity_id, body.people)
    known = [one for one in people if not isinstance(one, ServiceError)]
    told = await _mark(call, activity_id, headers, body, known) if known else {}
    return MarkResults([_result(one, told, call.request_id) for one in people])


async def _people(
    call: Call, activity_id: bytes, people: Sequence[Somebody]
) -> list[pb.MarkPeopleRequest.Person | ServiceError]:
    """Whom each means; who is of the activity is vouched for, of others the organisation has to know."""
    found = await call.services.resolve_subjects(call.person, activity_id, [one.asked for one in people])
    return [one if isinstance(one, ServiceError) else _person(one) for one in found]


def _person(found: door_pb2.DoorPerson) -> pb.MarkPeopleRequest.Person:
    other_id = found.entry_id if found.entry_id != found.user_id else b""
    is_vouched = found.kind != door_pb2.DoorPerson.KIND_PERSON
    return pb.MarkPeopleRequest.Person(user_id=found.user_id, is_vouched=is_vouched, entry_id=other_id)


async def _mark(
    call: Call, activity_id: bytes, headers: Keyed, body: Marks, people: Sequence[pb.MarkPeopleRequest.Person]
) -> Mapping[bytes, pb.MarkResult]:
    request = pb.MarkPeopleRequest(
        activity_id=activity_id,
        occurrence_id=body.occurrence_id or b"",
        mark=_NUMBERS.get(body.mark, pb.MARK_UNSPECIFIED),
        reason=body.reason,
        people=people,
        only_unset=body.only_unset,
        idempotency_key=headers.idempotency_key,
    )
    answer: pb.MarkPeopleResponse = await ask(
        call.services.checkin.MarkPeople, request, call.person, timeout_s=DECIDE_S
    )
    return {one.user_id: one for one in answer.results}


def _result(
    person: pb.MarkPeopleRequest.Person | ServiceError, told: Mapping[bytes, pb.MarkResult], request_id: str
) -> Marked:
    if isinstance(person, ServiceError):
        return _failed(None, person, request_id)
    result = told[person.user_id]
    if result.HasField("status"):
        return _failed(to_text(result.user_id), from_status(result.status), request_id)
    marked = result.marked
    return Marked(to_text(result.user_id), MARKS.get(marked.mark), marked.revision or None, marked.is_skipped)


def _failed(user_id: str | None, error: ServiceError, request_id: str) -> Marked:
    problem = problems.to_problem(error, request_id)
    return Marked(user_id, None, None, is_skipped=False, problem=problem)

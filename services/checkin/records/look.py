"""What staff see of a person before they let them in.

It asks of staff and person what a check-in asks, so that nobody learns more by looking than by letting in. A personal
code that is shown in its time belongs from then on to the attempt by which the person will be let in: staff may take
their time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from domainkit.credentials import checkin_id
from domainkit.person_codes import PersonCodeError
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import NotFoundError
from services.checkin.judging.case import Case
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.snapshots import Snapshot
from services.checkin.recording.store import MARK_NUMBERS
from services.checkin.records.stored import Said
from services.checkin.rules.keys import PersonKey
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Finding
from services.checkin.rules.standing import Move, Standing, standing

_NAMES_S = 0.5


class ActivitiesPort(Protocol):
    """Snapshots of occurrences."""

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads what is not known yet; raises ServiceError when nobody can tell."""

    def get(self, key: bytes) -> Snapshot | None:
        """By the id of an activity."""


class StaffPort(Protocol):
    """Who may check whom in; never raises."""

    async def admit(self, cases: Sequence[Case]) -> None:
        """Gives each staff case its error."""


class DoorPort(Protocol):
    """What people did at occurrences; raises UnavailableError when MySQL is gone."""

    async def moves(self, people: Collection[PersonKey]) -> Mapping[PersonKey, Sequence[Move]]:
        """By person."""

    async def names(self, user_ids: Collection[bytes], within_s: float) -> Mapping[bytes, str]:
        """What people are called; those of whom nobody can tell are left out."""


class MarksPort(Protocol):
    """What staff said of people; raises UnavailableError when MySQL is gone."""

    async def said(self, occurrence_id: bytes, user_ids: Collection[bytes]) -> Mapping[bytes, Said]:
        """By person; who has no seat is left out."""


class Looks:
    """Looks at one person at a time."""

    def __init__(
        self, activities: ActivitiesPort, staff: StaffPort, codes: PersonCodes, door: DoorPort, marks: MarksPort
    ) -> None:
        self._activities = activities
        self._staff = staff
        self._codes = codes
        self._door = door
        self._marks = marks

    async def look(self, request: pb.LookAtDoorRequest, actor_id: bytes) -> pb.DoorView:
        """Where somebody stands whom staff may let in.

        Raises:
            NotFoundError: There is no such activity, or no such person, or not for the actor to know.
            PermissionDeniedError: The actor looks at themselves.
            PersonCodeError: The code is not, or no longer, theirs to show.
            UnavailableError: Nobody can tell now.
        """
        case = await self._placed(request, actor_id)
        if request.person_token:
            self._codes.open(case)
        await self._staff.admit([case])
        await self._codes.judge([case])
        if case.error is not None:
            raise case.error
        if case.finding.judgement is Judgement.REFUSED:
            raise PersonCodeError(case.finding.reasons[0].reason)
        person = case.asking.occurrence.occurrence_id, request.user_id
        moves = await self._door.moves({person})
        now = standing(moves[person])
        holder = {now.holder.actor_id} - {b""} if now.holder else set()
        view = _view(request.user_id, now, await self._door.names({request.user_id} | holder, _NAMES_S))
        view.mark = await self._mark(*person)
        return view

    async def _mark(self, occurrence_id: bytes, user_id: bytes) -> pb.Mark.ValueType:
        said = (await self._marks.said(occurrence_id, [user_id])).get(user_id)
        return MARK_NUMBERS[said.mark.kind] if said and said.mark else pb.MARK_UNSPECIFIED

    async def _placed(self, request: pb.LookAtDoorRequest, actor_id: bytes) -> Case:
        """The attempt that would let them in, at its occurrence."""
        await self._activities.find((), [request.activity_id], ())
        attempt = pb.Attempt(
            user_id=request.user_id,
            attempt_id=request.attempt_id,
            received_at=now_us(),
            method=pb.METHOD_STAFF,
            direction=pb.DIRECTION_IN,
            token=request.person_token,
            activity_id=request.activity_id,
            actor_id=actor_id,
            is_vouched=request.is_vouched,
        )
        case = Case(attempt, self._activities.get(request.activity_id), finding=Finding(Judgement.ACCEPTED))
        if case.snapshot is None:
            raise NotFoundError("there is no such activity")
        return case


def _view(user_id: bytes, found: Standing, names: Mapping[bytes, str]) -> pb.DoorView:
    view = pb.DoorView(
        is_inside=found.is_inside,
        left_at=found.left_at,
        passes=found.passes,
        is_pending=found.is_pending,
        name=names.get(user_id, ""),
    )
    if held := found.holder:
        view.held.checkin_id = checkin_id(user_id, held.attempt_id)
        view.held.checked_in_at, view.held.gate = held.effective_at, held.gate
        view.held.method, view.held.actor_id = pb.Method.ValueType(held.method), held.actor_id
        view.held.actor_name = names.get(held.actor_id, "")
    return view

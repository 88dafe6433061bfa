"""What staff say people count as, whatever happened: 到, 迟到, 请假, 未到 (rule 27 of the law).

Control comes from `rpc.py`. A mark travels as `decided.v1` like any decision, and is numbered under the seat's lock:
there, too, it is seen whether somebody was set already. One message and a few statements for all people of a call.
Whoever is bound to an entry of a roster has a seat as that entry too, from before: what is set there counts for them.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import NotFoundError, PermissionDeniedError, ServiceError, invalid
from servicekit.mysql.idempotency import IdempotencyKeyReusedError
from servicekit.plain_text import tidy
from services.checkin.recording.store import MARK_NUMBERS, NO_ATTEMPT
from services.checkin.records.stored import Said
from services.checkin.reviewing.decision import NUMBERS, Word
from services.checkin.reviewing.recorded import RECORDED_WITHIN_S, until_recorded
from services.checkin.reviewing.reviewers import ActivitiesPort, Reviewers, RolesPort
from services.checkin.rules.merge import DecisionKind
from services.checkin.rules.occurrence import Occurrence

MAXIMUM_PEOPLE = 200
_ID_BYTES = 16
_KINDS: dict[int, DecisionKind] = {number: kind for kind, number in MARK_NUMBERS.items()}
_NOTHING = Said()


class RecordsPort(Protocol):
    """What is stored; raises UnavailableError when MySQL is gone."""

    async def said(self, occurrence_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, Said]:
        """What was decided on the seats of people to come in; who has none is left out."""

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """Those of these decisions that are recorded, and whether they were stale."""


class DecisionsPort(Protocol):
    """The way to the recorder."""

    async def send(self, batch: pb.DecidedBatch) -> None:
        """Returns when something durable has it; raises UnavailableError otherwise."""


class AcquaintancesPort(Protocol):
    """Whom organisations know."""

    async def strangers(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, ServiceError]:
        """Those whom it does not, each with what to say of it."""


# What came of one person.
Result = pb.Marked | ServiceError


class Marking:
    """Marks people for owner, organiser and staff of an activity."""

    def __init__(
        self,
        records: RecordsPort,
        decisions: DecisionsPort,
        activities: ActivitiesPort,
        roles: RolesPort,
        acquaintances: AcquaintancesPort,
        recorded_within_s: float = RECORDED_WITHIN_S,
    ) -> None:
        self._records = records
        self._decisions = decisions
        self._activities = activities
        self._reviewers = Reviewers(activities, roles)
        self._acquaintances = acquaintances
        self._recorded_within_s = recorded_within_s

    async def mark(self, actor: bytes, request: pb.MarkPeopleRequest) -> dict[bytes, Result]:
        """What came of each person, in order.

        Raises:
            InvalidArgumentError: The request is none.
            NotFoundError: There is no such activity for this person.
            UnavailableError: Nothing could be handed over, or nobody knows.
        """
        kind, people = _kind(request), _people(request)
        word = Word(actor, kind, tidy(request.reason), request.idempotency_key)
        occurrence = await self._occurrence(actor, request)
        results: dict[bytes, Result] = dict(await self._objections(actor, occurrence, people))
        ours = {user_id: one.entry_id for user_id, one in people.items() if user_id not in results}
        said = await self._records.said(occurrence.occurrence_id, {*ours, *ours.values()} - {b""})
        wanted: dict[bytes, pb.Decided] = {}
        for user_id, entry_id in ours.items():
            decision_id = word.decision_id(occurrence.occurrence_id + user_id)
            earlier, before = said.get(user_id, _NOTHING), said.get(entry_id, _NOTHING)
            if answer := _earlier(earlier, decision_id, word):
                results[user_id] = answer
            elif request.only_unset and (before.is_held or before.mark):
                results[user_id] = _marked(before, is_skipped=True)
            else:
                wanted[user_id] = _decided(word, occurrence, user_id, decision_id, only_unset=request.only_unset)
                if kind is DecisionKind.UNMARK and before.mark:
                    also = word.decision_id(occurrence.occurrence_id + entry_id)
                    wanted[entry_id] = _decided(word, occurrence, entry_id, also, only_unset=False)
        results |= await self._carry_out(occurrence, wanted, said)
        return {user_id: results[user_id] for user_id in people}

    async def _occurrence(self, actor: bytes, request: pb.MarkPeopleRequest) -> Occurrence:
        named = [request.occurrence_id] if request.occurrence_id else []
        await self._activities.find(named, [request.activity_id], ())
        snapshot = self._activities.get(request.occurrence_id or request.activity_id)
        is_of_it = snapshot is not None and snapshot.occurrence.activity_id == request.activity_id
        if snapshot is None or not is_of_it or not await self._reviewers.has(actor, snapshot.occurrence):
            raise NotFoundError("there is no such activity")
        return snapshot.occurrence

    async def _objections(
        self, actor: bytes, occurrence: Occurrence, people: Mapping[bytes, pb.MarkPeopleRequest.Person]
    ) -> dict[bytes, ServiceError]:
        asked_about = {user_id for user_id, one in people.items() if not one.is_vouched and user_id != actor}
        found = await self._acquaintances.strangers(occurrence.organisation_id, asked_about) if asked_about else {}
        if actor in people:
            found[actor] = PermissionDeniedError("nobody marks themselves; ask somebody else of the staff")
        return found

    async def _carry_out(
        self, occurrence: Occurrence, wanted: Mapping[bytes, pb.Decided], before: Mapping[bytes, Said]
    ) -> dict[bytes, Result]:
        """Hands marks over, and tells what people count as now; without a revision where that is not recorded yet."""
        if not wanted:
            return {}
        await self._decisions.send(pb.DecidedBatch(decisions=wanted.values()))
        sent = {decided.decision_id for decided in wanted.values()}
        recorded = await until_recorded(self._records, sent, self._recorded_within_s)
        now = await self._records.said(occurrence.occurrence_id, wanted) if recorded else before
        results: dict[bytes, Result] = {}
        for user_id, decided in wanted.items():
            is_stale = recorded.get(decided.decision_id)
            marked = _marked(now.get(user_id, _NOTHING), is_skipped=bool(is_stale))
            if is_stale is None:
                marked.revision = 0
            results[user_id] = marked
        return results


def _kind(request: pb.MarkPeopleRequest) -> DecisionKind:
    kind = _KINDS.get(request.mark)
    if kind is None:
        raise invalid("mark", "must be present, late, leave, absent or none")
    if kind is DecisionKind.UNMARK and request.only_unset:
        raise invalid("only_unset", "does not go with taking marks back")
    return kind


def _people(request: pb.MarkPeopleRequest) -> dict[bytes, pb.MarkPeopleRequest.Person]:
    """Each by the id that they are marked by."""
    if not 1 <= len(request.people) <= MAXIMUM_PEOPLE:
        raise invalid("people", f"name 1 to {MAXIMUM_PEOPLE}")
    people = {person.user_id: person for person in request.people}
    if any(len(one.user_id) != _ID_BYTES or len(one.entry_id) not in (0, _ID_BYTES) for one in people.values()):
        raise invalid("people", "each must be the id of somebody")
    if len(people) < len(request.people):
        raise invalid("people", "must not name the same person twice")
    return people


def _earlier(said: Said, decision_id: bytes, word: Word) -> Result | None:
    """What to answer a mark that comes again; None where it is new."""
    ruling = next((each for each in said.rulings if each.decision.decision_id == decision_id), None)
    if ruling is None:
        return None
    if ruling.reason != word.reason:
        return IdempotencyKeyReusedError("this Idempotency-Key was used for another request; take a new one")
    return _marked(said, is_skipped=ruling.decision.is_stale)


def _marked(said: Said, *, is_skipped: bool) -> pb.Marked:
    mark = said.mark
    number = MARK_NUMBERS[mark.kind] if mark else pb.MARK_UNSPECIFIED
    return pb.Marked(mark=number, revision=said.revision, is_skipped=is_skipped)


def _decided(word: Word, occurrence: Occurrence, user_id: bytes, decision_id: bytes, *, only_unset: bool) -> pb.Decided:
    """Whatever happened meanwhile: a mark lies over it, so it names no revision."""
    return pb.Decided(
        decision_id=decision_id,
        kind=NUMBERS[word.kind],
        occurrence_id=occurrence.occurrence_id,
        user_id=user_id,
        direction=pb.DIRECTION_IN,
        attempt_id=NO_ATTEMPT,
        decided_at=now_us(),
        decided_by=word.actor,
        reason=word.reason,
        activity_id=occurrence.activity_id,
        organisation_id=occurrence.organisation_id,
        only_unset=only_unset,
    )

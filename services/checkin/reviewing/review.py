"""What humans decide: approve, refuse, annul, and the appeal of the person concerned.

Control comes from `rpc.py`. A decision is checked here against what is stored, travels as `decided.v1` to the recorder,
which numbers it under the seat's lock, and counts by the merge law. One made on a revision that has passed counts for
nothing: here it is refused, and where it passed on the way the recorder keeps it as stale.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import NotFoundError, ServiceError, UnavailableError
from services.checkin.records.records import ReviewPosition
from services.checkin.records.stored import Stored
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.decision import Word, fault, is_appealed, passed, repeated, ruling_of, to_decided
from services.checkin.reviewing.recorded import RECORDED_WITHIN_S, until_recorded
from services.checkin.reviewing.reviewers import ActivitiesPort, Reviewers, RolesPort
from services.checkin.rules.occurrence import Occurrence

log = logging.getLogger(__name__)

PAGE = 200
# A whole class, or a lecture hall; who has more asks again.
MAXIMUM_BULK = 1000
MAXIMUM_TRIES = 50


class RecordsPort(Protocol):
    """Stored attempts; raises UnavailableError when MySQL is gone."""

    async def find(self, identifiers: Collection[bytes]) -> dict[bytes, Stored]:
        """Anybody's, by checkin id."""

    async def list_reviews(
        self, occurrence: Occurrence, state: int, size: int, after: ReviewPosition | None
    ) -> list[Stored]:
        """A page of an activity's cases."""

    async def tries_of(self, occurrence: Occurrence, user_id: bytes, limit: int) -> list[Stored]:
        """What one person tried at an activity, the last first."""

    async def bulk_cases(self, occurrence: Occurrence) -> list[pb.BulkCase]:
        """How much waits for a human, by occurrence of an activity."""

    async def waiting_in(self, activity_ids: Collection[bytes]) -> list[pb.WaitingReviews]:
        """How much waits for a human, by activity; where nothing does, none."""

    async def waiting(self, occurrence_id: bytes, limit: int, *, is_offline: bool = False) -> list[Stored]:
        """What waits at an occurrence, or only what came offline."""

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """Those of these decisions that are recorded, and whether they were stale."""


class DecisionsPort(Protocol):
    """The way to the recorder."""

    async def send(self, batch: pb.DecidedBatch) -> None:
        """Returns when something durable has it; raises UnavailableError otherwise."""


# A checkin id to what came of it.
Result = pb.Review | ServiceError


class Reviews:
    """Cases for owner, organiser and staff, and their decisions."""

    def __init__(
        self,
        records: RecordsPort,
        decisions: DecisionsPort,
        activities: ActivitiesPort,
        roles: RolesPort,
        cases: Cases,
        recorded_within_s: float = RECORDED_WITHIN_S,
    ) -> None:
        self._records = records
        self._decisions = decisions
        self._activities = activities
        self._reviewers = Reviewers(activities, roles)
        self._cases = cases
        self._recorded_within_s = recorded_within_s

    async def page(
        self, actor: bytes, activity_id: bytes, state: int, size: int, after: ReviewPosition | None
    ) -> tuple[list[pb.Review], list[pb.BulkCase], ReviewPosition | None]:
        """A page of cases, how much waits in all (on the first page), and where the next page starts.

        Raises:
            NotFoundError: There is no such activity for this person.
        """
        await self._activities.find((), [activity_id], ())
        occurrence = await self._reviewable(actor, activity_id, "there is no such activity")
        found = await self._records.list_reviews(occurrence, state, size, after)
        cases = [] if after else await self._records.bulk_cases(occurrence)
        last = found[-1] if len(found) == size else None
        more = (last.listed_at, last.copy.attempt_id, last.copy.user_id) if last else None
        return await self._cases.told(found), cases, more

    async def waiting(self, actor: bytes, activity_ids: Collection[bytes]) -> list[pb.WaitingReviews]:
        """How much waits in each of some activities; those that somebody does not review are left out.

        Raises:
            UnavailableError: Nobody can tell.
        """
        # Counted first: nothing waits in most, and those need not be known to anybody.
        counted = await self._records.waiting_in(activity_ids)
        await self._activities.find((), [each.activity_id for each in counted], ())
        found = [each for each in counted if await self._is_reviewed_by(actor, each.activity_id)]
        for each in found:
            if lapse := self._cases.lapse_of(each.activity_id):
                each.lapse.CopyFrom(lapse)
        return found

    async def tries(self, actor: bytes, activity_id: bytes, user_id: bytes) -> list[pb.Review]:
        """What one person tried at an activity, the last first; nothing of who never did.

        Raises:
            NotFoundError: There is no such activity for this person.
        """
        await self._activities.find((), [activity_id], ())
        occurrence = await self._reviewable(actor, activity_id, "there is no such activity")
        return await self._cases.told(await self._records.tries_of(occurrence, user_id, MAXIMUM_TRIES))

    async def get(self, actor: bytes, identifier: bytes) -> pb.Review:
        """One case with its history.

        Raises:
            NotFoundError: There is none for this person.
        """
        stored = await self._find(actor, identifier)
        [review] = await self._cases.told([stored])
        return review

    async def decide(self, word: Word, identifier: bytes, saw_revision: int) -> pb.Review:
        """Approves, refuses or annuls one.

        Args:
            saw_revision: What the human saw; 0: whatever it is now.

        Raises:
            NotFoundError: There is none for this person.
            PermissionDeniedError: It is their own.
            ConflictError: It has changed, or reads something this decision does not go with.
            UnavailableError: The decision could not be handed over, or nobody knows.
        """
        result = (await self.decide_all(word, {identifier: saw_revision}))[identifier]
        if isinstance(result, ServiceError):
            raise result
        return result

    async def decide_offline(self, word: Word, occurrence_id: bytes) -> dict[bytes, Result]:
        """Approves or refuses all that came offline to an occurrence and waits, as it is now.

        Raises:
            NotFoundError: There is no such occurrence for this person.
            UnavailableError: Nothing could be handed over.
        """
        await self._activities.find([occurrence_id], (), ())
        await self._reviewable(word.actor, occurrence_id, "there is no such occurrence")
        waiting = await self._records.waiting(occurrence_id, MAXIMUM_BULK, is_offline=True)
        return await self.decide_all(word, {stored.checkin_id: stored.revision for stored in waiting})

    async def decide_all(self, word: Word, saw_revisions: Mapping[bytes, int]) -> dict[bytes, Result]:
        """What came of a decision for each check-in.

        Args:
            saw_revisions: By checkin id what the human saw of it; 0: whatever it is now.

        Raises:
            UnavailableError: Nothing could be handed over.
        """
        found = await self._records.find(saw_revisions)
        mine = await self._reviewers.among(word.actor, {key: stored.copy for key, stored in found.items()})
        results: dict[bytes, Result] = {}
        wanted: dict[bytes, pb.Decided] = {}
        for identifier, saw_revision in saw_revisions.items():
            stored, decision_id = found.get(identifier), word.decision_id(identifier)
            if stored is None or identifier not in mine:
                results[identifier] = _no_such_checkin()
            elif earlier := ruling_of(stored, decision_id):
                results[identifier] = repeated(word, stored, earlier) or (await self._cases.told([stored]))[0]
            elif error := fault(word, stored, saw_revision):
                results[identifier] = error
            else:
                wanted[identifier] = to_decided(word, stored, decision_id)
        results |= await self._carry_out(wanted, found)
        return {identifier: results[identifier] for identifier in saw_revisions}

    async def appeal(self, word: Word, identifier: bytes) -> Stored:
        """The person's own word against a refusal; once, a repetition changes nothing.

        Returns:
            The attempt, as it reads now if the appeal was recorded in time.

        Raises:
            NotFoundError: It is not theirs, or there is none.
            ConflictError: It is not refused.
            UnavailableError: The appeal could not be handed over, or nobody knows.
        """
        stored = (await self._records.find([identifier])).get(identifier)
        if stored is None or stored.copy.user_id != word.actor:
            raise _no_such_checkin()
        if is_appealed(stored):
            return stored
        if error := fault(word, stored, 0):
            raise error
        # However often it is sent at the same instant: one appeal of one person on one revision is one decision.
        same = replace(word, key=str(stored.revision))
        decided = to_decided(word, stored, same.decision_id(identifier))
        await self._decisions.send(pb.DecidedBatch(decisions=[decided]))
        recorded = await until_recorded(self._records, {decided.decision_id}, self._recorded_within_s)
        if recorded.get(decided.decision_id):
            raise passed(stored)
        return (await self._records.find([identifier]))[identifier] if recorded else stored

    async def _carry_out(
        self, wanted: Mapping[bytes, pb.Decided], found: Mapping[bytes, Stored]
    ) -> dict[bytes, Result]:
        """Hands decisions over, 200 to a message, and tells what came of each."""
        sent, failed = await self._send(wanted)
        if failed and not sent:
            raise next(iter(failed.values()))
        results: dict[bytes, Result] = dict(failed)
        decision_ids = {decided.decision_id for decided in sent.values()}
        recorded = await until_recorded(self._records, decision_ids, self._recorded_within_s)
        current = await self._records.find(sent) if recorded else dict(found)
        for identifier, review in zip(sent, await self._cases.told([current[one] for one in sent]), strict=True):
            is_stale = recorded.get(sent[identifier].decision_id)
            review.is_recorded = is_stale is not None
            results[identifier] = passed(current[identifier]) if is_stale else review
        return results

    async def _send(
        self, wanted: Mapping[bytes, pb.Decided]
    ) -> tuple[dict[bytes, pb.Decided], dict[bytes, ServiceError]]:
        """What was handed over, and what was not; after a failure the rest is not tried."""
        every, sent = list(wanted.items()), 0
        try:
            while sent < len(every):
                batch = [decided for _, decided in every[sent : sent + PAGE]]
                await self._decisions.send(pb.DecidedBatch(decisions=batch))
                sent += len(batch)
        except UnavailableError as error:
            return dict(every[:sent]), {identifier: error for identifier, _ in every[sent:]}
        return dict(every), {}

    async def _find(self, actor: bytes, identifier: bytes) -> Stored:
        stored = (await self._records.find([identifier])).get(identifier)
        if stored is None or not await self._reviewers.among(actor, {identifier: stored.copy}):
            raise _no_such_checkin()
        return stored

    async def _reviewable(self, actor: bytes, key: bytes, otherwise: str) -> Occurrence:
        snapshot = self._activities.get(key)
        if snapshot is None or not await self._is_reviewed_by(actor, key):
            raise NotFoundError(otherwise)
        return snapshot.occurrence

    async def _is_reviewed_by(self, actor: bytes, key: bytes) -> bool:
        snapshot = self._activities.get(key)
        return snapshot is not None and await self._reviewers.has(actor, snapshot.occurrence)


def _no_such_checkin() -> NotFoundError:
    return NotFoundError("there is no such check-in")

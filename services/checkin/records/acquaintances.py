"""Whom an organisation knows: its members, and who tried to check in to an activity of it by themselves.

Nobody else can be let in by its staff or made a member, for that would show their name to people whom they never met.
An attempt is known as soon as it is answered.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import grpc
from cachetools import TTLCache

from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.errors import NotFoundError, ServiceError
from servicekit.rpc import client
from services.checkin.judging.snapshots import Snapshot
from services.checkin.seats.seats import Answer

_TIMEOUT_S = 0.5
_LIFE_S = 600.0
_KEPT = 50_000


class RecordsPort(Protocol):
    """Stored attempts; raises UnavailableError when MySQL is gone."""

    async def who_tried(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those with an attempt of their own at an activity of the organisation."""


class AnswersPort(Protocol):
    """Answers of the last 15 minutes; raises UnavailableError when Redis is gone."""

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Answer]]:
        """By person; one trip."""


class ActivitiesPort(Protocol):
    """Snapshots of occurrences."""

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads what is not known yet; raises UnavailableError when nobody can tell."""

    def get(self, key: bytes) -> Snapshot | None:
        """By the id of an occurrence."""


class MembersPort(Protocol):
    """Who belongs to organisations; raises UnavailableError when identity is gone."""

    async def among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those who do, in one call."""


class Members:
    """Identity, asked by this process on nobody's behalf."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)

    async def among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """See `MembersPort`."""
        request = identity_pb2.BatchGetUsersRequest(user_ids=user_ids, organisation_id=organisation_id)
        response = await client.call(self._stub.BatchGetUsers, request, timeout_s=_TIMEOUT_S)
        return set(response.member_ids)


class Acquaintances:
    """Asks as few as it can: what it remembers, MySQL, Redis, and identity for whom none of them knows."""

    def __init__(
        self, records: RecordsPort, answers: AnswersPort, activities: ActivitiesPort, members: MembersPort
    ) -> None:
        self._records = records
        self._answers = answers
        self._activities = activities
        self._members = members
        self._known: TTLCache[tuple[bytes, bytes], bool] = TTLCache(_KEPT, _LIFE_S)

    async def of(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those whom the organisation knows.

        Raises:
            UnavailableError: There are others of whom nobody can tell; `remembered` has the rest.
        """
        known = self.remembered(organisation_id, user_ids)
        fault = None
        for ask in (self._who_tried, self._who_was_answered, self._members.among):
            if unknown := [user_id for user_id in user_ids if user_id not in known]:
                try:
                    known |= self._remember(organisation_id, await ask(organisation_id, unknown))
                except ServiceError as error:
                    fault = error
        if fault is not None and len(known) < len(set(user_ids)):
            raise fault
        return known

    async def strangers(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, ServiceError]:
        """Those whom the organisation does not know, each with what to say of it: as of somebody who does not exist."""
        fault: ServiceError = NotFoundError("there is no such person here")
        try:
            known = await self.of(organisation_id, user_ids)
        except ServiceError as error:
            known, fault = self.remembered(organisation_id, user_ids), error
        return {user_id: fault for user_id in user_ids if user_id not in known}

    async def who_came(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those who tried to check in to one of its activities by themselves.

        Raises:
            UnavailableError: Nobody can tell.
        """
        came = await self._who_tried(organisation_id, user_ids)
        others = [user_id for user_id in user_ids if user_id not in came]
        return came | await self._who_was_answered(organisation_id, others) if others else came

    def remembered(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those who were known a while ago."""
        return {user_id for user_id in user_ids if (organisation_id, user_id) in self._known}

    async def _who_tried(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        return await self._records.who_tried(organisation_id, user_ids)

    async def _who_was_answered(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those whose attempt is on its way into MySQL."""
        answers = await self._answers.answers_of_all(list(user_ids))
        where = {user_id: set(map(_occurrence_of, mine)) - {b""} for user_id, mine in answers.items()}
        await self._activities.find(set().union(*where.values()), (), ())
        return {user_id for user_id, mine in where.items() if organisation_id in map(self._organisation_of, mine)}

    def _organisation_of(self, occurrence_id: bytes) -> bytes:
        snapshot = self._activities.get(occurrence_id)
        return snapshot.occurrence.organisation_id if snapshot else b""

    def _remember(self, organisation_id: bytes, user_ids: set[bytes]) -> set[bytes]:
        self._known.update(((organisation_id, user_id), True) for user_id in user_ids)
        return user_ids


def _occurrence_of(answer: Answer) -> bytes:
    """Of an attempt that its person made; nothing of one that staff made."""
    record = answer.record()
    return b"" if record is None or record.method == pb.METHOD_STAFF else record.occurrence_id

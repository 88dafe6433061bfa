"""Staff check others in: whether they may, whom, and from which device it is believed later.

Called by `judging.py` between finding the occurrences and applying their rules. What a staff member may not record is
that item's error and never stands in the others' way.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from domainkit.organisations import OneActivity
from protos.identity.v1 import identity_pb2
from servicekit.errors import NotFoundError, PermissionDeniedError, ServiceError
from services.checkin.judging.case import Case
from services.checkin.rules.occurrence import Method


class RolesPort(Protocol):
    """What people are in organisations, and for single activities."""

    async def of(
        self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None
    ) -> "identity_pb2.Role.ValueType":
        """A role, remembered for a while; UnavailableError when identity is gone and nothing is remembered."""


class AcquaintancesPort(Protocol):
    """Whom organisations know."""

    async def strangers(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, ServiceError]:
        """Those whom it does not know, each with what to say of it; in a call to each who can tell."""


class DevicesPort(Protocol):
    """Devices that staff members used at a door, as pairs of both."""

    async def meet(
        self, at_the_door: Collection[tuple[bytes, str]], brought_later: Collection[tuple[bytes, str]]
    ) -> set[tuple[bytes, str]]:
        """Learns the first, and says which of the second were learnt ever; one trip, none are without Redis."""


class _Post(NamedTuple):
    """For which organisation and activity somebody says to act, and who."""

    organisation_id: bytes
    actor_id: bytes
    activity: OneActivity


class Staff:
    """Admits attempts that staff make for others; a batch without such an attempt costs nothing."""

    def __init__(self, roles: RolesPort, acquaintances: AcquaintancesPort, devices: DevicesPort) -> None:
        self._roles = roles
        self._acquaintances = acquaintances
        self._devices = devices

    async def admit(self, cases: Sequence[Case]) -> None:
        """Gives each staff case whose occurrence is known its error, or its trust."""
        ours = [case for case in cases if case.attempt.method == Method.STAFF and case.is_open and case.snapshot]
        if not ours:
            return
        await self._check_actors(ours)
        await self._check_subjects([case for case in ours if case.is_open and not _is_introduced(case)])
        await self._trust([case for case in ours if case.is_open])

    async def _check_actors(self, cases: Sequence[Case]) -> None:
        posts = {_post(case) for case in cases}
        # All at once: while identity hangs, the people in the same batch wait for it once and not once per actor.
        answers = await asyncio.gather(*map(self._objection, posts))
        objections = dict(zip(posts, answers, strict=True))
        for case in cases:
            if error := objections[_post(case)]:
                case.fail(error)
            elif case.attempt.actor_id == case.attempt.user_id:
                case.fail(PermissionDeniedError("nobody checks themselves in as staff"))

    async def _objection(self, post: _Post) -> ServiceError | None:
        """Why somebody may not act for an activity; plain members are told no more than strangers."""
        try:
            role = await self._roles.of(post.organisation_id, post.actor_id, post.activity)
        except ServiceError as error:
            return error
        return None if role >= identity_pb2.ROLE_STAFF else NotFoundError("there is no such activity")

    async def _check_subjects(self, cases: Sequence[Case]) -> None:
        """A stranger to the organisation is told like somebody who does not exist."""
        subjects: dict[bytes, set[bytes]] = {}
        for case in cases:
            subjects.setdefault(_post(case).organisation_id, set()).add(case.attempt.user_id)
        for organisation_id, user_ids in subjects.items():
            strangers = await self._acquaintances.strangers(organisation_id, user_ids)
            for case in cases:
                if _post(case).organisation_id == organisation_id and case.attempt.user_id in strangers:
                    case.fail(strangers[case.attempt.user_id])

    async def _trust(self, cases: Sequence[Case]) -> None:
        """Who was seen at the door with a device is believed what it brings later."""
        at_the_door = {_device(case) for case in cases if not case.attempt.is_offline and case.attempt.device_id}
        brought_later = {_device(case) for case in cases if case.attempt.is_offline and case.attempt.device_id}
        if not at_the_door and not brought_later:
            return
        known = await self._devices.meet(at_the_door, brought_later)
        for case in cases:
            case.is_trusted = _device(case) in known


class AdmittedAtTheDoor:
    """For completion: who acted was asked about when the attempt came, and no device is trusted any more."""

    async def admit(self, cases: Sequence[Case]) -> None:
        """Objects to nothing."""


def _is_introduced(case: Case) -> bool:
    """Whether activity vouches for the person, or they showed their own code: no stranger in either case."""
    return case.attempt.is_vouched or case.code is not None


def _post(case: Case) -> _Post:
    assert case.snapshot is not None
    occurrence = case.snapshot.occurrence
    activity = OneActivity(occurrence.activity_id, occurrence.closes_at)
    return _Post(occurrence.organisation_id, case.attempt.actor_id, activity)


def _device(case: Case) -> tuple[bytes, str]:
    return case.attempt.actor_id, case.attempt.device_id

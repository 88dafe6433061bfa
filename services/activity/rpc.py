"""`activity.v1.ActivityService`: requests in, answers out, and who may ask.

People outside the organisation, and its plain members, get the same answer as for an id that does not exist; what a
participant needs comes from `ResolveActivity`.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from domainkit.codes import clean_code
from domainkit.qr import QrToken
from domainkit.roles import ORGANISER, STAFF
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit import clock, ids, pages
from servicekit.errors import invalid
from servicekit.mysql.idempotency import Intent
from servicekit.plain_text import tidy
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.timed_cache import TimedCache
from services.activity import domain, messages
from services.activity.admission import ID_BYTES, Admission, RolesPort, RostersPort, admit, check_roster
from services.activity.codes import CodeResolver
from services.activity.definition import Definition, check
from services.activity.domain import ANY, Activity, Phase, Slot, Sought, check_qr
from services.activity.errors import ActivityNotFoundError
from services.activity.qr import QrCodes
from services.activity.tags.snapshots import TagsPort, add_tags

Context = Any

_SERVICE = "/activity.v1.ActivityService/"
_FOR_PEOPLE = (
    "CreateActivity",
    "GetActivity",
    "ListActivities",
    "PublishActivity",
    "CloseActivity",
    "CancelActivity",
    "UpdateActivity",
    "ReopenActivity",
    "OpenOccurrence",
    "CopyActivity",
    "RehearseActivity",
    "DeleteActivity",
    "GetQr",
    "RevokeQr",
    "ResolveActivity",
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _FOR_PEOPLE} | {
    _SERVICE + "BatchGetOccurrences": by(
        "identity", "checkin", "recorder", "reporting", "projector", "exporter", "gateway"
    ),
    _SERVICE + "RecordTurnouts": by("reporting"),
    _SERVICE + "CountRunning": by("identity"),
}

# How long a resolved activity may be out of date; a rush resolves the same one a thousand times in that time.
_RESOLVED_S = 3.0
_TURNOUTS_AT_ONCE = 500


# A number of a later release asks for nothing.
_PHASES = {int(phase): phase for phase in Phase}


class StorePort(Protocol):
    """Activities; see `store.Store`. Every method raises UnavailableError when the database is gone."""

    async def create(self, draft: Callable[[], Activity], intent: Intent) -> Activity:
        """Stores a new one, or finds what this intent made before."""

    async def change(
        self,
        activity_id: bytes,
        move: Callable[[Activity], Activity],
        *,
        by: bytes | None = None,
        seen: int | None = None,
    ) -> Activity:
        """Applies a move of a person's to what they have seen; raises ActivityNotFoundError, RevisionStaleError."""

    async def rehearse(self, activity_id: bytes, make: Callable[[Activity], Activity], by: bytes) -> Activity:
        """Stores a person's rehearsal of a draft, and cancels those before it; raises ActivityNotFoundError."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id; None where there is none."""

    async def switches(self) -> Sequence[pb.Switch]:
        """What operators have turned on; never raises."""

    async def find(
        self,
        *,
        activity_ids: Collection[bytes] = (),
        occurrence_ids: Collection[bytes] = (),
        codes: Collection[str] = (),
    ) -> list[Activity]:
        """Those with any of these keys."""

    async def find_as_of(
        self, at: int, *, activity_ids: Collection[bytes] = (), occurrence_ids: Collection[bytes] = ()
    ) -> list[pb.OccurrenceSnapshot]:
        """Occurrences as they were at a moment."""

    async def count_running(self, organisation_id: bytes, at: int) -> int:
        """How many of an organisation's activities are published and not over at a moment."""

    async def page(
        self,
        organisation_ids: Collection[bytes],
        before: bytes | None,
        size: int,
        activity_ids: Collection[bytes] = (),
        sought: Sought = ANY,
    ) -> list[Activity]:
        """A page of these organisations' activities and of these others, the newest first."""

    async def record_turnouts(self, turnouts: Mapping[bytes, int]) -> None:
        """How many came, by occurrence; those unknown are ignored."""


class ActivityServicer(activity_pb2_grpc.ActivityServiceServicer):
    """Serves the methods.

    Args:
        public_url: What QR URLs begin with.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        store: StorePort,
        roles: RolesPort,
        qr: QrCodes,
        codes: CodeResolver,
        rosters: RostersPort,
        tags: TagsPort,
        public_url: str,
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._store = store
        self._roles = roles
        self._admission = Admission(store, roles, now_us)
        self._qr = qr
        self._codes = codes
        self._rosters = rosters
        self._tags = tags
        self._public_url = public_url.rstrip("/")
        self._now_us = now_us
        self._by_activity: TimedCache[bytes, Activity | None] = TimedCache(store.get, _RESOLVED_S, keep=bool)
        self._by_occurrence: TimedCache[bytes, Activity | None] = TimedCache(
            self._load_occurrence, _RESOLVED_S, keep=bool
        )

    async def CreateActivity(self, request: pb.CreateActivityRequest, context: Context) -> pb.Activity:
        """Makes a draft of an activity."""
        definition = messages.to_definition(request.activity)
        await admit(self._roles, definition.organisation_id, ORGANISER, begins=True)
        check(definition)
        body = msgspec.json.encode(definition)
        intent = Intent(person().user_id, _SERVICE + "CreateActivity", request.idempotency_key, body)
        return await self._draft(definition, intent)

    async def GetActivity(self, request: pb.GetActivityRequest, context: Context) -> pb.Activity:
        """Everything about one, for staff and above."""
        return await self._admission.told(await self._admission.admit(request.activity_id, STAFF))

    async def ListActivities(self, request: pb.ListActivitiesRequest, context: Context) -> pb.ListActivitiesResponse:
        """Those of one organisation, or all whose staff the caller is, or more; newest first."""
        size = pages.page_size(request.page_size)
        before = pages.decode_id(request.page_token)
        reach = await self._admission.reach(request.organisation_id)
        if not any(reach):
            return pb.ListActivitiesResponse()
        sought = Sought(request.title, _PHASES.get(request.phase, Phase.ANY), self._now_us())
        found = await self._store.page(reach.organisation_ids, before, size + 1, reach.activity_ids, sought)
        is_more = len(found) > size
        return pb.ListActivitiesResponse(
            activities=[await self._admission.told(activity, reach) for activity in found[:size]],
            next_page_token=pages.encode(found[size - 1].activity_id) if is_more else "",
        )

    async def PublishActivity(self, request: pb.PublishActivityRequest, context: Context) -> pb.Activity:
        """Opens it to participants."""
        return await self._change(request.activity_id, lambda activity: activity.publish(self._now_us()), begins=True)

    async def CloseActivity(self, request: pb.CloseActivityRequest, context: Context) -> pb.Activity:
        """Ends an activity before its time."""
        return await self._change(request.activity_id, Activity.close)

    async def CancelActivity(self, request: pb.CancelActivityRequest, context: Context) -> pb.Activity:
        """Calls an activity off."""
        return await self._change(request.activity_id, Activity.cancel)

    async def UpdateActivity(self, request: pb.UpdateActivityRequest, context: Context) -> pb.Activity:
        """Changes what an organiser said of it."""

        def amend(activity: Activity) -> Activity:
            definition = messages.amended(activity, request)
            check(definition)
            return activity.amend(definition)

        if request.activity.roster_id and "roster_id" in request.update_mask.paths:
            named = await self._admission.admit(request.activity.activity_id, ORGANISER)
            await check_roster(self._rosters, named.definition.organisation_id, request.activity.roster_id)
        return await self._change(request.activity.activity_id, amend, seen=request.revision)

    async def ReopenActivity(self, request: pb.ReopenActivityRequest, context: Context) -> pb.Activity:
        """Takes check-ins again; its version says who wanted that."""
        return await self._change(request.activity_id, Activity.reopen, begins=True)

    async def OpenOccurrence(self, request: pb.OpenOccurrenceRequest, context: Context) -> pb.Activity:
        """Opens another window; whoever comes with a number that there is already finds it open."""

        def open_again(activity: Activity) -> Activity:
            return activity.opened_again(request.number, request.minutes, ids.new_id(), self._now_us())

        return await self._change(request.activity_id, open_again, begins=True)

    async def CopyActivity(self, request: pb.CopyActivityRequest, context: Context) -> pb.Activity:
        """Makes a draft that says the same of another time."""
        original = await self._admission.admit(request.activity_id, ORGANISER, begins=True)
        definition = original.copied(request.starts_at, tidy(request.title))
        check(definition)
        body = request.SerializeToString(deterministic=True)
        intent = Intent(person().user_id, _SERVICE + "CopyActivity", request.idempotency_key, body)
        return await self._draft(definition, intent)

    async def RehearseActivity(self, request: pb.RehearseActivityRequest, context: Context) -> pb.Activity:
        """Opens a hidden activity in which a draft can be tried."""
        await self._admission.admit(request.activity_id, ORGANISER, begins=True)
        made = await self._store.rehearse(
            request.activity_id,
            lambda draft: draft.rehearsal(ids.new_id(), ids.new_id(), self._now_us()),
            person().user_id,
        )
        return await self._admission.told(made)

    async def DeleteActivity(self, request: pb.DeleteActivityRequest, context: Context) -> pb.DeleteActivityResponse:
        """Takes a draft away."""
        await self._change(request.activity_id, Activity.delete)
        return pb.DeleteActivityResponse()

    async def GetQr(self, request: pb.GetQrRequest, context: Context) -> pb.Qr:
        """What a screen shows now."""
        return await self.show(await self._admission.admit(request.activity_id, STAFF))

    async def RevokeQr(self, request: pb.RevokeQrRequest, context: Context) -> pb.Qr:
        """Replaces QR and code, and shows the new ones."""
        await self._admission.admit(request.activity_id, ORGANISER)
        activity = await self._store.change(request.activity_id, Activity.revoke, by=person().user_id)
        self._forget(activity)
        return await self.show(activity)

    async def ResolveActivity(self, request: pb.ResolveActivityRequest, context: Context) -> pb.ActivityCard:
        """What a phone shows before checking in; for anybody who is signed in."""
        match request.WhichOneof("credential"):
            case "code":
                activity: Activity | None = await self._codes.find(person().user_id, request.code)
            case "token":
                return await self._resolve_token(self._qr.open(request.token))
            case "activity_id":
                activity = await self._by_activity.get(request.activity_id)
            case _:
                raise invalid("code", "send a code, a token or an activity_id")
        return self._card(activity)

    async def RecordTurnouts(self, request: pb.RecordTurnoutsRequest, context: Context) -> pb.RecordTurnoutsResponse:
        """Keeps how many came."""
        if len(request.turnouts) > _TURNOUTS_AT_ONCE:
            raise invalid("turnouts", f"must be at most {_TURNOUTS_AT_ONCE}")
        if request.turnouts:
            await self._store.record_turnouts({each.occurrence_id: each.people for each in request.turnouts})
        return pb.RecordTurnoutsResponse()

    async def CountRunning(self, request: pb.CountRunningRequest, context: Context) -> pb.CountRunningResponse:
        """What stands in the way of archiving an organisation."""
        running = await self._store.count_running(request.organisation_id, self._now_us())
        return pb.CountRunningResponse(activities=running)

    async def BatchGetOccurrences(
        self, request: pb.BatchGetOccurrencesRequest, context: Context
    ) -> pb.BatchGetOccurrencesResponse:
        """Snapshots for other processes, and what operators have switched on; as of a moment by ids only."""
        occurrences, switches = await asyncio.gather(self._snapshots(request), self._store.switches())
        await add_tags(self._tags, occurrences, request.as_of)
        return pb.BatchGetOccurrencesResponse(occurrences=occurrences, switches=switches)

    async def _snapshots(self, request: pb.BatchGetOccurrencesRequest) -> list[pb.OccurrenceSnapshot]:
        activity_ids, occurrence_ids = _ids(request.activity_ids), _ids(request.occurrence_ids)
        if request.as_of:
            return await self._store.find_as_of(request.as_of, activity_ids=activity_ids, occurrence_ids=occurrence_ids)
        codes = {code for code in request.codes if clean_code(code) == code}
        found = await self._store.find(activity_ids=activity_ids, occurrence_ids=occurrence_ids, codes=codes)
        return [snapshot for activity in found for snapshot in messages.to_snapshots(activity)]

    async def _draft(self, definition: Definition, intent: Intent) -> pb.Activity:
        if definition.roster_id:
            await check_roster(self._rosters, definition.organisation_id, definition.roster_id)
        activity = await self._store.create(
            lambda: domain.draft(definition, ids.new_id(), ids.new_id(), self._now_us()), intent
        )
        return await self._admission.told(activity)

    async def _change(
        self,
        activity_id: bytes,
        move: Callable[[Activity], Activity],
        *,
        seen: int | None = None,
        begins: bool = False,
    ) -> pb.Activity:
        await self._admission.admit(activity_id, ORGANISER, begins=begins)
        activity = await self._store.change(activity_id, move, by=person().user_id, seen=seen)
        self._forget(activity)
        return await self._admission.told(activity)

    async def show(self, activity: Activity) -> pb.Qr:
        """The QR of an activity now.

        Raises:
            StateError: Nobody can check in to it.
        """
        now_us = self._now_us()
        occurrence = activity.occurrence_to_show(now_us)
        slot = Slot.at(now_us, activity.definition.qr_period_s)
        token = await self._qr.current(occurrence.occurrence_id, activity.epoch, slot)
        return pb.Qr(
            token=token,
            url="" if activity.definition.strict else f"{self._public_url}/q/{token}",
            slot=slot.number,
            expires_at=slot.expires_at,
            refresh_in_s=slot.refresh_in_s(now_us),
            code=activity.code,
        )

    async def _resolve_token(self, token: QrToken) -> pb.ActivityCard:
        activity = await self._by_occurrence.get(token.occurrence_id)
        if activity is not None and token.epoch > activity.epoch:
            # Another replica has revoked since: look once more.
            self._by_occurrence.forget(token.occurrence_id)
            activity = await self._by_occurrence.get(token.occurrence_id)
        if activity is not None:
            check_qr(token, activity.epoch, self._now_us())
        return self._card(activity)

    def _card(self, activity: Activity | None) -> pb.ActivityCard:
        if activity is None or activity.published_at is None:
            raise ActivityNotFoundError
        return messages.to_card(activity, self._now_us())

    async def _load_occurrence(self, occurrence_id: bytes) -> Activity | None:
        found = await self._store.find(occurrence_ids=[occurrence_id])
        return found[0] if found else None

    def _forget(self, activity: Activity) -> None:
        self._by_activity.forget(activity.activity_id)
        for occurrence in activity.occurrences:
            self._by_occurrence.forget(occurrence.occurrence_id)


def _ids(asked: Collection[bytes]) -> set[bytes]:
    return {each for each in asked if len(each) == ID_BYTES}

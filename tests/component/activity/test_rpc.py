"""ActivityService over real gRPC: who may do what, the life of an activity, its QR, and resolving it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from domainkit.guesses import guess_limit
from domainkit.organisations import ACTIVITY_STAFF_GRACE_US, OneActivity
from domainkit.roles import Roles
from domainkit.sealed import Sealer
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.rpc import client
from servicekit.rpc.interceptors import by, for_person
from services.activity import messages
from services.activity.codes import CodeResolver
from services.activity.qr import QrCodes
from services.activity.rosters.rosters import Roster
from services.activity.rpc import ACCESS, ActivityServicer
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import STARTS_AT, FakeRedis, FakeRoles, FakeRosters, FakeStore, FakeTags, a_draft

ORGANISATION = ids.new_id()
PEOPLE = {role: ids.new_id() for role in ("owner", "organiser", "staff", "member", "stranger")}
_ROLES = {
    "owner": identity_pb2.ROLE_OWNER,
    "organiser": identity_pb2.ROLE_ORGANISER,
    "staff": identity_pb2.ROLE_STAFF,
    "member": identity_pb2.ROLE_MEMBER,
}
SEALER = Sealer(credential_pb2.QrToken, {1: b"\x01" * 32})
OTHER_SEALER = Sealer(credential_pb2.QrToken, {1: b"\x02" * 32})
# A moment in the middle of a slot.
NOW = STARTS_AT + 7 * SECOND_US
WRONG_CODE = "CCCCCC"


@dataclass
class Service:
    """The service as a test sees it, on fakes; calls come from the gateway on an organiser's behalf."""

    loopback: Loopback
    signer: Signer
    store: FakeStore = field(default_factory=FakeStore)
    redis: FakeRedis = field(default_factory=FakeRedis)
    rosters: FakeRosters = field(default_factory=FakeRosters)
    tags: FakeTags = field(default_factory=FakeTags)
    now_us: int = NOW

    async def start(self) -> None:
        """Serves."""
        self.roles = FakeRoles({(ORGANISATION, PEOPLE[name]): role for name, role in _ROLES.items()})
        servicer = ActivityServicer(
            self.store,
            self.roles,
            QrCodes(SEALER, self.redis),  # type: ignore[arg-type]
            CodeResolver(self.store, guess_limit(self.redis)),  # type: ignore[arg-type]
            self.rosters,
            self.tags,
            "https://qiandao.example/",
            now_us=lambda: self.now_us,
        )
        register = activity_pb2_grpc.add_ActivityServiceServicer_to_server
        await self.loopback.serve("activity", register, servicer, ACCESS, self.signer.verifier())
        self._channels = {
            caller: self.loopback.connect("activity", caller)
            for caller in ("gateway", "checkin", "identity", "antifraud")
        }

    async def call(self, name: str, request: Any, who: str | bytes = "organiser", caller: str = "gateway") -> Any:
        """Calls a method on somebody's behalf; `who` is a role, or any person's id."""
        stub = activity_pb2_grpc.ActivityServiceStub(self._channels[caller])
        token = self.signer.token(PEOPLE[who] if isinstance(who, str) else who)
        return await client.call(getattr(stub, name), request, timeout_s=30, token=token)

    async def create(self, key: str = "", **changes: Any) -> pb.Activity:
        """A draft of the lecture."""
        message = messages.to_message(a_draft(ORGANISATION, b"", b"", **changes))
        return await self.call("CreateActivity", pb.CreateActivityRequest(activity=message, idempotency_key=key))

    async def published(self, **changes: Any) -> pb.Activity:
        """A published lecture."""
        activity = await self.create(**changes)
        return await self.call("PublishActivity", pb.PublishActivityRequest(activity_id=activity.activity_id))

    async def show(self, activity: pb.Activity) -> pb.Qr:
        """What a screen shows now."""
        return await self.call("GetQr", pb.GetQrRequest(activity_id=activity.activity_id))

    async def resolve(self, who: str | bytes = "stranger", **credential: Any) -> pb.ActivityCard:
        """What a phone is shown."""
        return await self.call("ResolveActivity", pb.ResolveActivityRequest(**credential), who)

    async def refusal(self, who: str | bytes = "stranger", **credential: Any) -> ServiceError:
        """Why a phone is shown nothing."""
        with pytest.raises(ServiceError) as refusal:
            await self.resolve(who, **credential)
        return refusal.value


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """See `Service`."""
    service = Service(loopback, signer)
    await service.start()
    return service


def an_update(activity_id: bytes, seen: int, *paths: str, **said: Any) -> pb.UpdateActivityRequest:
    """A change of what was seen at a revision."""
    message = pb.Activity(activity_id=activity_id, **said)
    return pb.UpdateActivityRequest(activity=message, update_mask=FieldMask(paths=paths), revision=seen)


REQUESTS: dict[str, Callable[[bytes], Any]] = {
    "CreateActivity": lambda _: pb.CreateActivityRequest(activity=messages.to_message(a_draft(ORGANISATION, b"", b""))),
    "GetActivity": lambda id: pb.GetActivityRequest(activity_id=id),
    "ListActivities": lambda _: pb.ListActivitiesRequest(organisation_id=ORGANISATION),
    "PublishActivity": lambda id: pb.PublishActivityRequest(activity_id=id),
    "CloseActivity": lambda id: pb.CloseActivityRequest(activity_id=id),
    "CancelActivity": lambda id: pb.CancelActivityRequest(activity_id=id),
    "UpdateActivity": lambda id: an_update(id, 2, "title", title="改名"),
    "ReopenActivity": lambda id: pb.ReopenActivityRequest(activity_id=id),
    "CopyActivity": lambda id: pb.CopyActivityRequest(activity_id=id, starts_at=STARTS_AT),
    "GetQr": lambda id: pb.GetQrRequest(activity_id=id),
    "RevokeQr": lambda id: pb.RevokeQrRequest(activity_id=id),
    "ResolveActivity": lambda id: pb.ResolveActivityRequest(activity_id=id),
}
READS = {"GetActivity", "ListActivities", "GetQr"}


def expected(method: str, who: str) -> type[ServiceError] | None:
    """The rule in one place: organisers do, staff look, everybody resolves, and others cannot tell that it exists."""
    if method == "ResolveActivity" or who in ("owner", "organiser"):
        return None
    if who == "staff":
        return None if method in READS else PermissionDeniedError
    return NotFoundError


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", REQUESTS)
async def test_who_may_do_what_with_a_published_activity(service: Service, method: str, who: str) -> None:
    """Every method for every class of person."""
    activity = await service.published()
    request = REQUESTS[method](activity.activity_id)

    if error := expected(method, who):
        with pytest.raises(error):
            await service.call(method, request, who)
    else:
        await service.call(method, request, who)


@pytest.mark.parametrize("method", sorted(REQUESTS.keys() - {"CreateActivity", "ListActivities"}))
async def test_a_foreign_activity_and_none_at_all_read_the_same(service: Service, method: str) -> None:
    """Nobody can find out which ids exist."""
    draft = await service.create()
    answers = []
    for activity_id in (draft.activity_id, ids.new_id(), b"short"):
        with pytest.raises(NotFoundError) as refusal:
            await service.call(method, REQUESTS[method](activity_id), "stranger")
        answers.append((refusal.value.detail, refusal.value.reason, refusal.value.metadata))

    assert answers[0] == answers[1] == answers[2]


async def test_processes_read_snapshots_and_other_processes_nothing(service: Service) -> None:
    """checkin by its certificate, without a person; antifraud not at all; nobody acts for people but the gateway."""
    activity = await service.published()
    [occurrence] = activity.occurrences
    request = pb.BatchGetOccurrencesRequest(
        occurrence_ids=[occurrence.occurrence_id, ids.new_id(), b"short"],
        codes=[activity.code, WRONG_CODE, "no code"],
        activity_ids=[activity.activity_id, ids.new_id()],
    )

    found = await service.call("BatchGetOccurrences", request, caller="checkin")

    [snapshot] = found.occurrences
    assert (snapshot.occurrence_id, snapshot.code, snapshot.state) == (
        occurrence.occurrence_id,
        activity.code,
        pb.STATE_PUBLISHED,
    )
    for method, caller in (("BatchGetOccurrences", "antifraud"), ("GetActivity", "checkin")):
        with pytest.raises(PermissionDeniedError):
            await service.call(method, pb.GetActivityRequest(), caller=caller)


async def test_nobody_without_a_token(service: Service, loopback: Loopback) -> None:
    """The gateway's certificate alone is no person."""
    stub = activity_pb2_grpc.ActivityServiceStub(loopback.connect("activity", "gateway"))

    with pytest.raises(UnauthenticatedError):
        await client.call(stub.ResolveActivity, pb.ResolveActivityRequest(code=WRONG_CODE), timeout_s=30)


async def test_an_activity_lives_from_draft_to_closed(service: Service) -> None:
    """Each step once or twice; after the end only reading is left."""
    draft = await service.create()
    request = {"activity_id": draft.activity_id}
    assert (draft.state, draft.revision, len(draft.code)) == (pb.STATE_DRAFT, 1, 6)
    assert draft.occurrences[0].starts_at == STARTS_AT

    for name, state in (("Publish", pb.STATE_PUBLISHED), ("Close", pb.STATE_CLOSED)):
        request_type = getattr(pb, f"{name}ActivityRequest")
        once = await service.call(f"{name}Activity", request_type(**request))
        twice = await service.call(f"{name}Activity", request_type(**request))
        assert once.state == state
        assert twice == once

    for method in ("PublishActivity", "CancelActivity", "GetQr", "RevokeQr"):
        with pytest.raises(ConflictError) as refusal:
            await service.call(method, REQUESTS[method](draft.activity_id))
        assert refusal.value.metadata == {"state": "closed"}
    assert (await service.call("GetActivity", pb.GetActivityRequest(**request))).state == pb.STATE_CLOSED


async def test_mistakes_are_named_and_nothing_is_stored(service: Service) -> None:
    """All at once, by their JSON paths."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await service.create(title="", time_zone="Mars/Olympus")

    assert [fault.field for fault in refusal.value.fields] == ["title", "time_zone"]
    assert service.store.activities == {}


async def test_a_repeated_creation_makes_nothing_new(service: Service) -> None:
    """By its Idempotency-Key; another body under the same key is a conflict."""
    first = await service.create("key-1")

    assert await service.create("key-1") == first
    assert len(service.store.activities) == 1
    with pytest.raises(ConflictError) as refusal:
        await service.create("key-1", title="Another lecture")
    assert refusal.value.reason == "IDEMPOTENCY_KEY_REUSED"


async def test_a_change_counts_at_once_and_says_who_made_it(service: Service) -> None:
    """Cards, QRs and snapshots follow within this process; the screen's QR from before stays good."""
    activity = await service.published()
    old = await service.show(activity)
    await service.resolve(token=old.token)

    updated = await service.call(
        "UpdateActivity", an_update(activity.activity_id, 2, "title", "qr_period_s", title="改名", qr_period_s=30)
    )

    assert (updated.title, updated.revision, updated.capacity) == ("改名", 3, activity.capacity)
    assert (await service.resolve(token=old.token)).title == "改名"
    assert (await service.resolve(activity_id=activity.activity_id)).title == "改名"
    assert (await service.show(activity)).refresh_in_s == 23
    assert service.store.changed_by[activity.activity_id, 3] == PEOPLE["organiser"]
    [snapshot] = messages.to_snapshots(service.store.activities[activity.activity_id])
    assert snapshot.amended_at == snapshot.valid_from


async def test_an_activity_expects_whom_its_own_organisation_lists(service: Service) -> None:
    """Another's roster reads like one that does not exist, in a new activity and in a change."""
    own, foreign = (Roster(ids.new_id(), each, "名单", NOW) for each in (ORGANISATION, ids.new_id()))
    service.rosters.rosters = {each.roster_id: each for each in (own, foreign)}
    activity = await service.create(roster_id=own.roster_id)
    for roster_id in (foreign.roster_id, ids.new_id()):
        for refused in (
            service.create(roster_id=roster_id),
            service.call("UpdateActivity", an_update(activity.activity_id, 1, "roster_id", roster_id=roster_id)),
        ):
            with pytest.raises(InvalidArgumentError) as refusal:
                await refused
            assert [fault.field for fault in refusal.value.fields] == ["roster_id"]
    opened = await service.call("UpdateActivity", an_update(activity.activity_id, 1, "roster_id", roster_id=b""))
    assert (activity.roster_id, opened.roster_id) == (own.roster_id, b"")


async def test_what_is_wrong_with_a_change_is_named_and_nothing_is_stored(service: Service) -> None:
    """A window that ends before it begins, a radius of nothing, another zone, and fields that are no organiser's."""
    activity = await service.published()
    wrong: dict[str, dict[str, Any]] = {
        "ends_at": {"ends_at": STARTS_AT - 1},
        "place.radius_m": {"place": pb.Place(radius_m=1)},
        "time_zone": {"time_zone": "Asia/Tokyo"},
        "code": {"code": "CCCFFF"},
    }

    for path, said in wrong.items():
        with pytest.raises(InvalidArgumentError) as refusal:
            await service.call("UpdateActivity", an_update(activity.activity_id, 2, path, **said))
        assert [fault.field for fault in refusal.value.fields] == [path]
    assert (await service.call("GetActivity", REQUESTS["GetActivity"](activity.activity_id))) == activity


async def test_a_change_of_what_was_changed_meanwhile_is_a_conflict(service: Service) -> None:
    """It names what the other one changed; the other one's own repetition is none."""
    activity = await service.published()
    first = an_update(activity.activity_id, 2, "capacity", capacity=80)
    changed = await service.call("UpdateActivity", first)

    with pytest.raises(ConflictError) as refusal:
        await service.call("UpdateActivity", an_update(activity.activity_id, 2, "title", title="改名"))

    assert (refusal.value.reason, refusal.value.metadata) == ("REVISION_STALE", {"revision": "3"})
    assert [(each.field, each.message) for each in refusal.value.fields] == [("capacity", "was 0, is 80 now")]
    assert await service.call("UpdateActivity", first) == changed


async def test_a_draft_is_deleted_and_then_never_was(service: Service) -> None:
    """By an organiser only; what was published is not deleted."""
    draft, published = await service.create(), await service.published()
    request = pb.DeleteActivityRequest(activity_id=draft.activity_id)

    for who, error in (("staff", PermissionDeniedError), ("member", NotFoundError), ("stranger", NotFoundError)):
        with pytest.raises(error):
            await service.call("DeleteActivity", request, who)
    with pytest.raises(ConflictError):
        await service.call("DeleteActivity", pb.DeleteActivityRequest(activity_id=published.activity_id))
    await service.call("DeleteActivity", request)

    for method in sorted(REQUESTS.keys() - {"CreateActivity", "ListActivities"}):
        with pytest.raises(NotFoundError):
            await service.call(method, REQUESTS[method](draft.activity_id))
    listed = await service.call("ListActivities", pb.ListActivitiesRequest())
    assert [each.activity_id for each in listed.activities] == [published.activity_id]


async def test_a_draft_is_tried_end_to_end_and_publishing_ends_the_trial(service: Service) -> None:
    """Organisers begin it; phones find it by its code and read what it is; lists do not show it."""
    service.now_us = STARTS_AT - 3600 * SECOND_US
    draft = await service.create()
    request = pb.RehearseActivityRequest(activity_id=draft.activity_id)
    for who, error in (("staff", PermissionDeniedError), ("member", NotFoundError), ("stranger", NotFoundError)):
        with pytest.raises(error):
            await service.call("RehearseActivity", request, who)

    tried = await service.call("RehearseActivity", request)

    assert (tried.rehearsal_of, tried.state, tried.starts_at) == (draft.activity_id, pb.STATE_PUBLISHED, service.now_us)
    card = await service.resolve(token=(await service.show(tried)).token)
    assert (card.activity_id, card.is_rehearsal) == (tried.activity_id, True)
    listed = await service.call("ListActivities", pb.ListActivitiesRequest())
    assert [each.activity_id for each in listed.activities] == [draft.activity_id]
    published = await service.call("PublishActivity", pb.PublishActivityRequest(activity_id=draft.activity_id))
    assert (await service.resolve(activity_id=draft.activity_id)).is_rehearsal is False
    ended = await service.call("GetActivity", pb.GetActivityRequest(activity_id=tried.activity_id))
    assert (published.code, ended.state) == (draft.code, pb.STATE_CANCELLED)
    with pytest.raises(ConflictError):
        await service.call("RehearseActivity", request)


async def test_a_closed_activity_is_reopened(service: Service) -> None:
    """Its QR is shown again; a cancelled one stays so."""
    activity, cancelled = await service.published(), await service.published()
    await service.call("CloseActivity", pb.CloseActivityRequest(activity_id=activity.activity_id))
    await service.call("CancelActivity", pb.CancelActivityRequest(activity_id=cancelled.activity_id))

    reopened = await service.call("ReopenActivity", pb.ReopenActivityRequest(activity_id=activity.activity_id))

    assert reopened.state == pb.STATE_PUBLISHED
    assert (await service.show(activity)).code == activity.code
    assert service.store.changed_by[activity.activity_id, reopened.revision] == PEOPLE["organiser"]
    with pytest.raises(ConflictError):
        await service.call("ReopenActivity", pb.ReopenActivityRequest(activity_id=cancelled.activity_id))


async def test_a_copy_is_a_draft_of_another_time(service: Service) -> None:
    """Once for each Idempotency-Key, and within the calendar."""
    activity = await service.published()
    starts_at = STARTS_AT + 7 * 24 * 3600 * SECOND_US
    request = pb.CopyActivityRequest(
        activity_id=activity.activity_id, starts_at=starts_at, title=" 第二讲 ", idempotency_key="k"
    )

    copied = await service.call("CopyActivity", request)

    assert await service.call("CopyActivity", request) == copied
    assert (copied.title, copied.starts_at, copied.state) == ("第二讲", starts_at, pb.STATE_DRAFT)
    assert (copied.ends_at - copied.starts_at, copied.place) == (activity.ends_at - activity.starts_at, activity.place)
    assert copied.code != activity.code
    with pytest.raises(InvalidArgumentError) as refusal:
        await service.call("CopyActivity", pb.CopyActivityRequest(activity_id=activity.activity_id))
    assert "starts_at" in [fault.field for fault in refusal.value.fields]


async def test_lists_are_paged_from_new_to_old(service: Service) -> None:
    """Of one organisation or of all one's own; members have none."""
    made = [(await service.create()).activity_id for _ in range(3)]

    first = await service.call("ListActivities", pb.ListActivitiesRequest(page_size=2), "staff")
    rest = await service.call(
        "ListActivities", pb.ListActivitiesRequest(page_size=2, page_token=first.next_page_token), "staff"
    )

    listed = [activity.activity_id for page in (first, rest) for activity in page.activities]
    assert listed == sorted(made, reverse=True)
    assert rest.next_page_token == ""
    assert await service.call("ListActivities", pb.ListActivitiesRequest(), "member") == pb.ListActivitiesResponse()
    with pytest.raises(InvalidArgumentError):
        await service.call("ListActivities", pb.ListActivitiesRequest(page_token="%%%"))


async def test_the_qr_of_a_slot_is_the_same_until_the_slot_ends(service: Service) -> None:
    """Its token opens to occurrence, start of the slot, life and epoch, and the phone finds the activity by it."""
    activity = await service.published()

    qr = await service.show(activity)
    again = await service.show(activity)
    service.now_us = qr.expires_at
    later = await service.show(activity)

    token = SEALER.open_text(qr.token)
    assert (token.issued_at, token.life_s, token.epoch) == (STARTS_AT // SECOND_US, 60, 1)
    assert (qr.slot, qr.expires_at, qr.refresh_in_s) == (token.issued_at // 60, STARTS_AT + 60 * SECOND_US, 53)
    assert qr.url == f"https://qiandao.example/q/{qr.token}"
    assert qr.code == activity.code
    assert again == qr
    assert (later.slot, later.refresh_in_s) == (qr.slot + 1, 60)
    assert later.token != qr.token
    assert (await service.resolve(token=later.token)).activity_id == activity.activity_id


async def test_a_strict_activity_carries_no_url(service: Service) -> None:
    """Other scanners shall not open it."""
    qr = await service.show(await service.published(strict=True))

    assert qr.url == ""
    assert qr.token


async def test_a_qr_is_shown_without_redis(service: Service) -> None:
    """Every replica seals its own, and each is good."""
    activity = await service.published()
    service.redis.is_gone = True

    qr = await service.show(activity)

    assert (await service.resolve(token=qr.token)).activity_id == activity.activity_id


async def test_refresh_now_makes_qr_and_code_worthless_at_once(service: Service) -> None:
    """The old token is QR_REVOKED, the old code wrong, the new ones good."""
    activity = await service.published()
    old = await service.show(activity)
    await service.resolve(token=old.token)

    new = await service.call("RevokeQr", pb.RevokeQrRequest(activity_id=activity.activity_id))

    assert (await service.refusal(token=old.token)).reason == "QR_REVOKED"
    assert (await service.refusal(code=old.code)).reason == "CODE_WRONG"
    assert (await service.resolve(token=new.token)).activity_id == activity.activity_id
    assert (await service.resolve(code=new.code)).activity_id == activity.activity_id
    assert await service.show(activity) == new


async def test_a_token_of_a_newer_epoch_makes_a_replica_look_again(service: Service) -> None:
    """Another replica has revoked; this one has resolved the old QR a moment ago."""
    activity = await service.published()
    await service.resolve(token=(await service.show(activity)).token)
    stored = service.store.activities[activity.activity_id]
    service.store.activities[activity.activity_id] = stored.revoke()

    new = await service.show(activity)

    assert (await service.resolve(token=new.token)).activity_id == activity.activity_id


def a_token(sealer: Sealer[credential_pb2.QrToken] = SEALER, **changes: int | bytes) -> str:
    """A fresh token of an occurrence that nobody knows."""
    values: dict[str, Any] = {"occurrence_id": ids.new_id(), "issued_at": NOW // SECOND_US, "life_s": 60, "epoch": 1}
    return sealer.seal_text(credential_pb2.QrToken(**(values | changes)))


async def test_bad_tokens_are_refused_for_what_they_are(service: Service) -> None:
    """Forged, truncated, padded, expired, future, or of no activity."""
    activity = await service.published()
    known: dict[str, Any] = {"occurrence_id": activity.occurrences[0].occurrence_id}
    now_s = NOW // SECOND_US
    tokens = {
        "": "QR_MALFORMED",
        "weixin://": "QR_MALFORMED",
        a_token()[:-1]: "QR_MALFORMED",
        a_token() + "=": "QR_MALFORMED",
        a_token(OTHER_SEALER, **known): "QR_SIGNATURE",
        a_token(**known, issued_at=now_s - 71): "QR_EXPIRED",
        a_token(**known, issued_at=now_s + 6): "QR_FUTURE",
        a_token(): "NOT_FOUND",
    }

    assert [(await service.refusal(token=token)).reason for token in tokens] == list(tokens.values())
    assert (await service.resolve(token=a_token(**known, issued_at=now_s - 70))).activity_id == activity.activity_id


async def test_a_participant_sees_the_card_by_code_token_and_id(service: Service) -> None:
    """The same card, however it was found, with where and when but no credential."""
    activity = await service.published()
    qr = await service.show(activity)

    typed = f" {activity.code[:3].lower()}-{activity.code[3:]} "
    cards = [
        await service.resolve(code=typed),
        await service.resolve(token=qr.token),
        await service.resolve(activity_id=activity.activity_id),
    ]

    assert cards[0] == cards[1] == cards[2]
    assert cards[0].opens_at == STARTS_AT - 1800 * SECOND_US
    assert cards[0].place == activity.place
    assert cards[0].uses_wifi
    assert activity.code.encode() not in cards[0].SerializeToString()


async def test_a_draft_is_not_resolved_and_a_cancelled_one_says_so(service: Service) -> None:
    """Who came for nothing learns why; what was never announced stays unknown."""
    announced, secret = await service.published(), await service.create()
    for activity in (announced, secret):
        await service.call("CancelActivity", pb.CancelActivityRequest(activity_id=activity.activity_id))

    assert (await service.resolve(code=announced.code)).state == pb.STATE_CANCELLED
    assert (await service.refusal(code=secret.code)).reason == "CODE_WRONG"
    assert (await service.refusal(activity_id=secret.activity_id)).reason == "NOT_FOUND"
    assert (await service.refusal()).reason == "INVALID_ARGUMENT"


@pytest.mark.parametrize("is_gone", [False, True], ids=["redis", "redis gone"])
async def test_five_wrong_codes_lock_that_person_only(service: Service, is_gone: bool) -> None:
    """With and without Redis; even the right code is then refused, other ways stay open."""
    activity = await service.published()
    service.redis.is_gone = is_gone
    guesser, neighbour = ids.new_id(), ids.new_id()

    wrong = [(await service.refusal(guesser, code=code)).reason for code in (WRONG_CODE, "", "0", "x" * 99, "😀")]
    locked = await service.refusal(guesser, code=activity.code)

    assert wrong == ["CODE_WRONG"] * 5
    assert (type(locked), locked.reason) == (RateLimitedError, "CODE_LOCKED")
    assert locked.retry_after_s is not None and 590 < locked.retry_after_s <= 600
    assert (await service.resolve(neighbour, code=activity.code)).activity_id == activity.activity_id
    assert (await service.resolve(guesser, activity_id=activity.activity_id)).activity_id == activity.activity_id


async def test_guesses_made_at_the_same_instant_are_all_counted(service: Service) -> None:
    """Nothing is gained by guessing twenty times at once."""
    guesser = ids.new_id()

    answers = await asyncio.gather(*(service.refusal(guesser, code=WRONG_CODE) for _ in range(20)))

    assert sorted(answer.reason for answer in answers) == ["CODE_LOCKED"] * 15 + ["CODE_WRONG"] * 5


async def test_a_room_that_resolves_at_once_costs_two_reads(service: Service) -> None:
    """One by the QR's occurrence and one by the activity's id, whoever asks."""
    activity = await service.published()
    qr = await service.show(activity)
    service.store.reads = 0

    cards = await asyncio.gather(
        *(service.resolve(ids.new_id(), token=qr.token) for _ in range(50)),
        *(service.resolve(ids.new_id(), activity_id=activity.activity_id) for _ in range(50)),
    )

    assert {card.activity_id for card in cards} == {activity.activity_id}
    assert service.store.reads == 2


@dataclass
class FakeIdentity(identity_pb2_grpc.IdentityServiceServicer):
    """Identity as far as roles go."""

    role: "identity_pb2.Role.ValueType" = identity_pb2.ROLE_UNSPECIFIED
    asked: int = 0
    staffed: bytes = b"s" * 16
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def GetRole(self, request: identity_pb2.GetRoleRequest, context: Any) -> identity_pb2.GetRoleResponse:
        """The one role there is, once it may answer."""
        self.asked += 1
        await self.answers.wait()
        return identity_pb2.GetRoleResponse(role=self.role, is_activity_staff=request.activity_id == self.staffed)

    async def ListOrganisations(
        self, request: identity_pb2.ListOrganisationsRequest, context: Any
    ) -> identity_pb2.ListOrganisationsResponse:
        """One organisation on each of two pages: staff in the first, member of the second."""
        role = identity_pb2.ROLE_MEMBER if request.page_token else identity_pb2.ROLE_STAFF
        organisation = identity_pb2.Organisation(organisation_id=b"ab"[bool(request.page_token) :][:1] * 16, role=role)
        return identity_pb2.ListOrganisationsResponse(
            organisations=[organisation],
            next_page_token="" if request.page_token else "more",
            activity_ids=[] if request.page_token else [self.staffed],
        )


class RolesServicer(activity_pb2_grpc.ActivityServiceServicer):
    """Asks identity for the caller's role and organisations."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self.closed_us = 0

    async def GetActivity(self, request: pb.GetActivityRequest, context: Any) -> pb.Activity:
        """The role for the activity, which closed that long ago, as a revision."""
        alone = OneActivity(request.activity_id, now_us() - self.closed_us) if request.activity_id else None
        return pb.Activity(revision=await self._roles.of_caller(ORGANISATION, alone))

    async def ListActivities(self, request: pb.ListActivitiesRequest, context: Any) -> pb.ListActivitiesResponse:
        """The organisations."""
        found = await self._roles.reach_of_caller()
        everywhere = [pb.Activity(organisation_id=each) for each in found.organisation_ids]
        return pb.ListActivitiesResponse(
            activities=[*everywhere, *(pb.Activity(activity_id=each) for each in found.activity_ids)]
        )


async def test_roles_come_from_identity_and_absence_is_not_remembered(loopback: Loopback, signer: Signer) -> None:
    """A new organiser need not wait; a known one costs one call in five seconds; silence ends after 0.3 s."""
    identity = FakeIdentity()
    service = "/identity.v1.IdentityService/"
    access = {service + "GetRole": by("activity"), service + "ListOrganisations": for_person("activity")}
    add_identity = identity_pb2_grpc.add_IdentityServiceServicer_to_server
    await loopback.serve("identity", add_identity, identity, access, signer.verifier())
    servicer = RolesServicer(Roles(loopback.connect("identity", "activity")))
    add_activity = activity_pb2_grpc.add_ActivityServiceServicer_to_server
    await loopback.serve("activity", add_activity, servicer, ACCESS, signer.verifier())
    stub = activity_pb2_grpc.ActivityServiceStub(loopback.connect("activity", "gateway"))
    token = signer.token(PEOPLE["organiser"])

    async def role() -> int:
        answer = await client.call(stub.GetActivity, pb.GetActivityRequest(), timeout_s=30, token=token)
        return int(answer.revision)

    with pytest.raises(UnavailableError):
        await role()
    identity.answers.set()
    assert await role() == identity_pb2.ROLE_UNSPECIFIED
    identity.role = identity_pb2.ROLE_ORGANISER
    assert [await role(), await role()] == [identity_pb2.ROLE_ORGANISER] * 2
    assert identity.asked == 3
    found = await client.call(stub.ListActivities, pb.ListActivitiesRequest(), timeout_s=30, token=token)
    assert [each.organisation_id or each.activity_id for each in found.activities] == [b"a" * 16, identity.staffed]


async def test_without_identity_who_was_staff_is_so_for_every_activity(
    loopback: Loopback, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for those that nobody asked about before; of a newcomer nobody can tell."""
    monkeypatch.setattr("domainkit.roles._BELIEVED_S", 0.0)
    identity = FakeIdentity(role=identity_pb2.ROLE_STAFF)
    identity.answers.set()
    add_identity = identity_pb2_grpc.add_IdentityServiceServicer_to_server
    access = {"/identity.v1.IdentityService/GetRole": by("activity")}
    await loopback.serve("identity", add_identity, identity, access, signer.verifier())
    roles = Roles(loopback.connect("identity", "activity"))
    colleague = ids.new_id()

    assert await roles.of(ORGANISATION, colleague) == identity_pb2.ROLE_STAFF
    identity.answers.clear()
    unseen = OneActivity(ids.new_id(), now_us())
    assert await roles.of(ORGANISATION, colleague, unseen) == identity_pb2.ROLE_STAFF
    with pytest.raises(UnavailableError):
        await roles.of(ORGANISATION, ids.new_id(), unseen)


async def test_staff_of_one_activity_are_so_until_a_day_after_it(loopback: Loopback, signer: Signer) -> None:
    """Whatever is remembered of them: who asks knows when it closes. A higher role is not lowered by it."""
    identity = FakeIdentity()
    identity.answers.set()
    add_identity = identity_pb2_grpc.add_IdentityServiceServicer_to_server
    access = {"/identity.v1.IdentityService/GetRole": by("activity")}
    await loopback.serve("identity", add_identity, identity, access, signer.verifier())
    servicer = RolesServicer(Roles(loopback.connect("identity", "activity")))
    add_activity = activity_pb2_grpc.add_ActivityServiceServicer_to_server
    await loopback.serve("activity", add_activity, servicer, ACCESS, signer.verifier())
    stub = activity_pb2_grpc.ActivityServiceStub(loopback.connect("activity", "gateway"))

    async def role(activity_id: bytes, who: str = "stranger") -> int:
        token, request = signer.token(PEOPLE[who]), pb.GetActivityRequest(activity_id=activity_id)
        return int((await client.call(stub.GetActivity, request, timeout_s=30, token=token)).revision)

    assert await role(identity.staffed) == identity_pb2.ROLE_STAFF
    assert await role(b"o" * 16) == await role(b"") == identity_pb2.ROLE_UNSPECIFIED
    servicer.closed_us = ACTIVITY_STAFF_GRACE_US
    assert await role(identity.staffed) == identity_pb2.ROLE_UNSPECIFIED
    servicer.closed_us -= 60 * SECOND_US
    assert await role(identity.staffed) == identity_pb2.ROLE_STAFF
    identity.role = identity_pb2.ROLE_ORGANISER
    assert await role(identity.staffed, "organiser") == identity_pb2.ROLE_ORGANISER


async def test_staff_of_one_activity_see_that_and_nothing_else(service: Service) -> None:
    """As staff of the organisation do, and are told the same where that is not enough."""
    mine, other = await service.published(), await service.published()
    service.roles.alone.add((mine.activity_id, PEOPLE["stranger"]))

    async def ask(name: str, activity_id: bytes, who: str = "stranger") -> Any:
        request = getattr(pb, f"{name}Request")(activity_id=activity_id)
        return await service.call(name, request, who)

    assert (await ask("GetActivity", mine.activity_id)).own_role == identity_pb2.ROLE_STAFF
    assert (await ask("GetActivity", mine.activity_id, "owner")).own_role == identity_pb2.ROLE_OWNER
    assert (await ask("GetQr", mine.activity_id)).code == mine.code
    for name in ("RevokeQr", "CloseActivity", "ReopenActivity"):
        with pytest.raises(PermissionDeniedError):
            await ask(name, mine.activity_id)
    for name in ("GetActivity", "GetQr", "RevokeQr", "CloseActivity"):
        with pytest.raises(NotFoundError):
            await ask(name, other.activity_id)
    with pytest.raises(NotFoundError):
        await service.call("ListActivities", pb.ListActivitiesRequest(organisation_id=ORGANISATION), "stranger")


async def test_their_activities_are_listed_until_they_are_over(service: Service) -> None:
    """With what they are there; those of the organisation are not."""
    mine, _ = await service.published(), await service.published()
    service.roles.alone.add((mine.activity_id, PEOPLE["stranger"]))

    async def listed(who: str) -> list[tuple[bytes, int]]:
        found = await service.call("ListActivities", pb.ListActivitiesRequest(), who)
        return [(each.activity_id, each.own_role) for each in found.activities]

    assert await listed("stranger") == [(mine.activity_id, identity_pb2.ROLE_STAFF)]
    assert {role for _, role in await listed("organiser")} == {identity_pb2.ROLE_ORGANISER}
    closes_at = max(each.closes_at for each in service.store.activities[mine.activity_id].occurrences)
    service.now_us = closes_at + ACTIVITY_STAFF_GRACE_US
    assert await listed("stranger") == []


async def test_nothing_begins_in_an_archived_organisation(service: Service) -> None:
    """What is there is still read, changed and ended."""
    draft, open_one = await service.create(), await service.published()
    counted = pb.CountRunningRequest(organisation_id=ORGANISATION)
    running = await service.call("CountRunning", counted, caller="identity")
    service.roles.archived.add(ORGANISATION)
    drafted: Any = {"activity_id": draft.activity_id}
    for name, request in (
        ("CreateActivity", pb.CreateActivityRequest(activity=draft)),
        ("PublishActivity", pb.PublishActivityRequest(**drafted)),
        ("RehearseActivity", pb.RehearseActivityRequest(**drafted)),
        ("CopyActivity", pb.CopyActivityRequest(**drafted, starts_at=STARTS_AT)),
        ("ReopenActivity", pb.ReopenActivityRequest(activity_id=open_one.activity_id)),
    ):
        with pytest.raises(ConflictError) as refused:
            await service.call(name, request)
        assert refused.value.reason == "ORGANISATION_ARCHIVED"
    assert (await service.call("GetActivity", pb.GetActivityRequest(**drafted))).own_role
    await service.call("CloseActivity", pb.CloseActivityRequest(activity_id=open_one.activity_id))
    await service.call("DeleteActivity", pb.DeleteActivityRequest(**drafted))

    assert running.activities == 1
    assert not (await service.call("CountRunning", counted, caller="identity")).activities

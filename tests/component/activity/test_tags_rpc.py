"""TagService: who may make tags, what is told once, and what the recorder says of them; and tags in snapshots."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domainkit.nfc_tags import TagKeys, Touch
from protos.activity.v1 import activity_pb2, tags_pb2_grpc
from protos.activity.v1 import tags_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit import ids
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
)
from servicekit.rpc import client
from services.activity.admission import Admission
from services.activity.definition import Method
from services.activity.domain import Activity
from services.activity.messages import to_snapshots
from services.activity.tags.rpc import ACCESS, TagServicer
from services.activity.tags.snapshots import add_tags
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import STARTS_AT, FakeRoles, FakeStore, FakeTags, a_draft
from tests.fakes.nfc_chip import Chip

ORGANISATION = ids.new_id()
PEOPLE = {role: ids.new_id() for role in ("owner", "organiser", "staff", "member", "stranger")}
_ROLES = {
    "owner": identity_pb2.ROLE_OWNER,
    "organiser": identity_pb2.ROLE_ORGANISER,
    "staff": identity_pb2.ROLE_STAFF,
    "member": identity_pb2.ROLE_MEMBER,
}
KEYS = TagKeys({1: bytes(range(32))})
STATIC, SUN = pb.NfcTag.KIND_STATIC, pb.NfcTag.KIND_SUN


@dataclass
class Service:
    """The service as a test sees it, on fakes, with one activity of the organisation."""

    loopback: Loopback
    signer: Signer
    store: FakeStore = field(default_factory=FakeStore)
    tags: FakeTags = field(default_factory=FakeTags)

    async def start(self) -> None:
        """Serves."""
        roles = FakeRoles({(ORGANISATION, PEOPLE[name]): role for name, role in _ROLES.items()})
        admission = Admission(self.store, roles, lambda: STARTS_AT)
        servicer = TagServicer(self.tags, admission, KEYS, "https://qiandao.example/", lambda: STARTS_AT)
        register = tags_pb2_grpc.add_TagServiceServicer_to_server
        await self.loopback.serve("activity", register, servicer, ACCESS, self.signer.verifier())
        self.stubs = {
            caller: tags_pb2_grpc.TagServiceStub(self.loopback.connect("activity", caller))
            for caller in ("gateway", "recorder", "checkin")
        }
        draft = a_draft(ORGANISATION, ids.new_id(), ids.new_id())
        self.activity = self.put(draft.amend(replace(draft.definition, gates=("东门",), methods=(Method.NFC,))))

    def put(self, activity: Activity) -> Activity:
        """Stores an activity as it is now."""
        self.store.activities[activity.activity_id] = activity
        return activity

    async def call(self, name: str, request: Any, who: str = "", caller: str = "gateway") -> Any:
        """Calls a method, on somebody's behalf if they are named."""
        token = self.signer.token(PEOPLE[who]) if who else None
        return await client.call(getattr(self.stubs[caller], name), request, timeout_s=30, token=token)

    async def make(self, **changes: Any) -> pb.CreatedTag:
        """A new tag."""
        request = pb.CreateTagRequest(activity_id=self.activity.activity_id, kind=STATIC, label="前门左侧")
        request.MergeFrom(pb.CreateTagRequest(**changes))
        made: pb.CreatedTag = await self.call("CreateTag", request, "staff")
        return made

    async def listed(self) -> list[pb.NfcTag]:
        """What staff see."""
        request = pb.ListTagsRequest(activity_id=self.activity.activity_id)
        return list((await self.call("ListTags", request, "staff")).tags)


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """See `Service`."""
    service = Service(loopback, signer)
    await service.start()
    return service


REQUESTS: dict[str, Callable[[bytes, bytes], Any]] = {
    "CreateTag": lambda activity, tag: pb.CreateTagRequest(activity_id=activity, kind=SUN, label="门"),
    "ListTags": lambda activity, tag: pb.ListTagsRequest(activity_id=activity),
    "RevokeTag": lambda activity, tag: pb.RevokeTagRequest(activity_id=activity, tag_id=tag),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", REQUESTS)
async def test_staff_and_above_hang_tags(service: Service, method: str, who: str) -> None:
    """To others there is no such activity."""
    made = await service.make()
    request = REQUESTS[method](service.activity.activity_id, made.tag.tag_id)
    if who in ("member", "stranger"):
        with pytest.raises(NotFoundError):
            await service.call(method, request, who)
    else:
        await service.call(method, request, who)


async def test_a_static_tag_says_which_it_is(service: Service) -> None:
    """There is nothing more to it."""
    made = await service.make(gate="东门")
    assert not made.HasField("sun")
    text = made.url.removeprefix("https://qiandao.example/n/")
    assert KEYS.read(text) == Touch(made.tag.tag_id, service.activity.activity_id, None)
    assert (made.tag.label, made.tag.gate, made.tag.created_at) == ("前门左侧", "东门", STARTS_AT)
    assert await service.listed() == [made.tag]


async def test_a_chip_that_is_written_as_was_told_is_believed(service: Service) -> None:
    """With its keys, and what it mirrors where the zeros are."""
    made = await service.make(kind=SUN)
    sun = made.sun
    e, c = Chip(bytes(7), sun.meta_read_key, sun.file_read_key).touch()
    # The head of the file has seven bytes, and `https://` is one of them.
    url = "1234567" + sun.url_template.removeprefix("https://")
    url = url[: sun.picc_offset] + e + url[sun.picc_offset + 32 :]
    url = url[: sun.mac_offset] + c + url[sun.mac_offset + 16 :]
    text = url.partition("/n/")[2].replace("?e=", ".").replace("&c=", ".")
    assert KEYS.read(text) == Touch(made.tag.tag_id, service.activity.activity_id, 1)
    assert made.url == sun.url_template and sun.mac_input_offset == sun.mac_offset


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": 7}, "kind"),
        ({"label": "门" * 41}, "label"),
        ({"label": "\u3000"}, "label"),
        ({"label": "a\nb"}, "label"),
        ({"gate": "南门"}, "gate"),
    ],
)
async def test_what_is_wrong_is_named(service: Service, changes: dict[str, Any], field: str) -> None:
    """With its cure."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await service.make(**changes)
    assert [each.field for each in refusal.value.fields] == [field]
    assert service.tags.tags == {}


async def test_an_activity_has_so_many_that_live(service: Service) -> None:
    """The conflict says how many."""
    service.tags.quota = 1
    await service.make()
    with pytest.raises(ConflictError) as refusal:
        await service.make()
    assert (refusal.value.reason, refusal.value.metadata) == ("TOO_MANY_TAGS", {"quota": "1"})


async def test_what_is_over_gets_no_tags(service: Service) -> None:
    """Its tags can still be taken back."""
    made = await service.make()
    service.put(service.activity.cancel())
    with pytest.raises(ConflictError):
        await service.make()
    request = pb.RevokeTagRequest(activity_id=service.activity.activity_id, tag_id=made.tag.tag_id)
    for _ in range(2):
        await service.call("RevokeTag", request, "staff")
    assert [tag.revoked_at for tag in await service.listed()] == [STARTS_AT]


async def test_the_recorder_says_what_was_seen(service: Service) -> None:
    """Nobody else may; several touches of one tag in one call come to its last and its highest."""
    tag_id = (await service.make(kind=SUN)).tag.tag_id
    taps = [pb.RecordTapsRequest.Tap(tag_id=tag_id, seen_at=STARTS_AT - n, counter=n) for n in (1, 3, 2)]
    request = pb.RecordTapsRequest(taps=taps)
    await service.call("RecordTaps", request, caller="recorder")
    [tag] = await service.listed()
    assert (tag.last_seen_at, tag.last_counter) == (STARTS_AT - 1, 3)
    for caller in ("gateway", "checkin"):
        with pytest.raises(PermissionDeniedError):
            await service.call("RecordTaps", request, caller=caller)
    with pytest.raises(InvalidArgumentError):
        await service.call("RecordTaps", pb.RecordTapsRequest(taps=taps * 200), caller="recorder")


async def test_snapshots_of_what_takes_nfc_say_which_tags_live(service: Service) -> None:
    """And until when others did, apart from them; other activities are not asked about."""
    made, revoked = await service.make(gate="东门"), await service.make(kind=SUN)
    await service.tags.revoke(service.activity, revoked.tag.tag_id, b"", STARTS_AT + 1)
    [snapshot] = to_snapshots(service.activity)
    await add_tags(service.tags, [snapshot], STARTS_AT)
    assert [(tag.tag_id, tag.kind, tag.gate, tag.revoked_at) for tag in snapshot.tags] == [
        (made.tag.tag_id, STATIC, "东门", 0)
    ]
    assert [(tag.tag_id, tag.kind, tag.revoked_at) for tag in snapshot.revoked_tags] == [
        (revoked.tag.tag_id, SUN, STARTS_AT + 1)
    ]
    other = activity_pb2.OccurrenceSnapshot(activity_id=service.activity.activity_id, methods=[activity_pb2.METHOD_QR])
    await add_tags(service.tags, [other], 0)
    assert not other.tags and not other.revoked_tags


async def test_what_a_static_tag_says_is_told_again_while_it_lives(service: Service) -> None:
    """A sticker is lost, or was to be written with another phone; of a SUN tag nothing is told again."""
    static, sun = await service.make(), await service.make(kind=SUN)
    assert {tag.tag_id: tag.url for tag in await service.listed()} == {
        static.tag.tag_id: static.url,
        sun.tag.tag_id: "",
    }
    request = pb.RevokeTagRequest(activity_id=service.activity.activity_id, tag_id=static.tag.tag_id)
    await service.call("RevokeTag", request, "staff")
    assert {tag.url for tag in await service.listed()} == {""}

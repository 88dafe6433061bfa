"""`activity.v1.TagService`: staff make tags and take them back, and the recorder says which were seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from domainkit.nfc_tags import PATH, TagKeys, sun_file
from domainkit.roles import STAFF, Role
from protos.activity.v1 import tags_pb2 as pb
from protos.activity.v1 import tags_pb2_grpc
from servicekit import clock, ids
from servicekit.clock import LATEST_US
from servicekit.errors import invalid
from servicekit.plain_text import fault, tidy
from servicekit.rpc.interceptors import by, for_person, person
from services.activity.domain import Activity, State
from services.activity.errors import StateError
from services.activity.tags.tags import Kind, Tag, Tap, latest

Context = Any

_SERVICE = "/activity.v1.TagService/"
ACCESS = {
    **{_SERVICE + name: for_person("gateway") for name in ("CreateTag", "ListTags", "RevokeTag")},
    _SERVICE + "RecordTaps": by("recorder"),
}

MAXIMUM_LABEL = 40
_TAPS_AT_ONCE = 500
_TAKES_TAGS = (State.DRAFT, State.PUBLISHED)


class TagsPort(Protocol):
    """See `tags.Tags`. Every method raises UnavailableError when the database is gone."""

    async def add(self, tag: Tag) -> None:
        """Stores a new one; raises ActivityNotFoundError, TooManyTagsError, TooManyChangesError."""

    async def revoke(self, activity: Activity, tag_id: bytes, by: bytes, now_us: int) -> None:
        """Ends one; raises TagNotFoundError."""

    async def of_activity(self, activity_id: bytes) -> Sequence[Tag]:
        """The living ones first."""

    async def record(self, taps: Mapping[bytes, Tap]) -> None:
        """Keeps when tags were seen, and their highest counters."""


class AdmissionPort(Protocol):
    """See `admission.Admission`."""

    async def admit(self, activity_id: bytes, least: Role) -> Activity:
        """The activity, for a calling person of at least this role; raises ActivityNotFoundError."""


class TagServicer(tags_pb2_grpc.TagServiceServicer):
    """Serves the methods.

    Args:
        public_url: What the URLs of tags begin with.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        tags: TagsPort,
        admission: AdmissionPort,
        keys: TagKeys,
        public_url: str,
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._tags = tags
        self._admission = admission
        self._keys = keys
        self._public_url = public_url.rstrip("/")
        self._now_us = now_us

    async def CreateTag(self, request: pb.CreateTagRequest, context: Context) -> pb.CreatedTag:
        """Makes a tag, and tells what is to be written to it."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        if activity.state not in _TAKES_TAGS:
            raise StateError("given a tag", activity.state.word)
        tag = Tag(
            tag_id=ids.new_id(),
            activity_id=activity.activity_id,
            kind=_kind(request.kind),
            label=_label(request.label),
            gate=_gate(request.gate, activity),
            created_at=self._now_us(),
            created_by=person().user_id,
        )
        await self._tags.add(tag)
        return self._created(tag)

    async def ListTags(self, request: pb.ListTagsRequest, context: Context) -> pb.ListTagsResponse:
        """Those of an activity, the revoked ones last."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        return pb.ListTagsResponse(tags=map(self._message, await self._tags.of_activity(activity.activity_id)))

    async def RevokeTag(self, request: pb.RevokeTagRequest, context: Context) -> pb.RevokeTagResponse:
        """Has nobody check in by a tag any more."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        await self._tags.revoke(activity, request.tag_id, person().user_id, self._now_us())
        return pb.RevokeTagResponse()

    async def RecordTaps(self, request: pb.RecordTapsRequest, context: Context) -> pb.RecordTapsResponse:
        """Keeps when tags were seen, and by which counters."""
        if len(request.taps) > _TAPS_AT_ONCE:
            raise invalid("taps", f"must be at most {_TAPS_AT_ONCE}")
        taps = ((tap.tag_id, Tap(min(max(tap.seen_at, 0), LATEST_US), tap.counter)) for tap in request.taps)
        await self._tags.record(latest(taps))
        return pb.RecordTapsResponse()

    def _url(self, tag: Tag) -> str:
        return self._public_url + PATH + self._keys.text(tag.tag_id, tag.activity_id)

    def _message(self, tag: Tag) -> pb.NfcTag:
        """A tag as staff see it: what a static one says they read whenever they touch it."""
        message = _to_message(tag)
        if tag.kind == Kind.STATIC and tag.revoked_at is None:
            message.url = self._url(tag)
        return message

    def _created(self, tag: Tag) -> pb.CreatedTag:
        url = self._url(tag)
        if tag.kind == Kind.STATIC:
            return pb.CreatedTag(tag=self._message(tag), url=url)
        file, keys = sun_file(url), self._keys.sun(tag.tag_id)
        sun = pb.Sun(
            url_template=file.url,
            meta_read_key=keys.meta_read,
            file_read_key=keys.file_read,
            picc_offset=file.picc_offset,
            mac_offset=file.mac_offset,
            # The proof covers nothing of the file: what is mirrored before it is proven by the session key.
            mac_input_offset=file.mac_offset,
        )
        return pb.CreatedTag(tag=_to_message(tag), url=file.url, sun=sun)


def _kind(number: int) -> Kind:
    if number not in set(Kind):
        raise invalid("kind", "must be static or sun")
    return Kind(number)


def _label(text: str) -> str:
    label = tidy(text)
    if wrong := fault(label, MAXIMUM_LABEL):
        raise invalid("label", wrong)
    return label


def _gate(gate: str, activity: Activity) -> str:
    gates = activity.definition.gates
    if gate and gate not in gates:
        choice = f"choose one of its gates: {', '.join(gates)}; or leave it out" if gates else "leave it out"
        raise invalid("gate", f"is no gate of this activity; {choice}")
    return gate


def _to_message(tag: Tag) -> pb.NfcTag:
    return pb.NfcTag(
        tag_id=tag.tag_id,
        activity_id=tag.activity_id,
        kind=pb.NfcTag.Kind.ValueType(tag.kind),
        label=tag.label,
        gate=tag.gate,
        created_at=tag.created_at,
        revoked_at=tag.revoked_at or 0,
        last_seen_at=tag.last_seen_at or 0,
        last_counter=tag.last_counter,
    )

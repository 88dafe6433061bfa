"""NFC tags of an activity: what is written to them, which of them live, and when they were last seen."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Time, Word
from gateway.routes.dependencies import Call, Routes
from protos.activity.v1 import tags_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("activity")

KindName = Literal["static", "sun"]

_KINDS: dict[KindName, pb.NfcTag.Kind.ValueType] = {"static": pb.NfcTag.KIND_STATIC, "sun": pb.NfcTag.KIND_SUN}
_KIND_NAMES = {number: name for name, number in _KINDS.items()}
_TEXT = "AZI6L4wdez6fECo7TF1ufwGSOi-MHXs-nxAqO0xdbn_wcClcQW6irh7WgnE"
_URL = f"https://qiandao.example/n/{_TEXT}"
_SUN_URL = f"{_URL}?e={'0' * 32}&c={'0' * 16}"

Label = Annotated[str, Meta(min_length=1, max_length=40, description="What people call it.", examples=["前门左侧"])]
Key = Annotated[str, Meta(description="32 hex digits.", examples=["5acc4b7a1b0f4c3d8e2f10a9b7c6d5e4"])]


class NewTag(Input):
    """A tag to make. `static` says the same to everybody; `sun` is an NTAG 424 DNA, which never says the same twice."""

    kind: KindName
    label: Label
    gate: Annotated[Word, Meta(description="One of the activity's gates; empty: at none.")] = ""


class Tag(msgspec.Struct):
    """A tag as staff see it."""

    tag_id: IdText
    kind: KindName | None
    label: Label
    gate: Annotated[str | None, Meta(description="What check-ins by it say of where they were made.")]
    created_at: Time
    revoked_at: Time | None
    last_seen_at: Annotated[Time | None, Meta(description="Some seconds behind.")]
    last_counter: Annotated[int | None, Meta(description="Of a SUN tag: how often it was read, as far as is known.")]
    url: Annotated[
        str | None,
        Meta(description="Of a static tag that lives: what is written to it, now or once more.", examples=[_URL]),
    ]


class Sun(msgspec.Struct):
    """How an NTAG 424 DNA is personalised; offsets are in bytes from the beginning of its NDEF file, length included.

    `meta_read_key` is for SDMMetaRead, `file_read_key` for SDMFileRead (NXP AN12196).
    """

    url_template: Annotated[str, Meta(examples=[_SUN_URL])]
    meta_read_key: Key
    file_read_key: Key
    picc_offset: Annotated[int, Meta(examples=[86])]
    mac_offset: Annotated[int, Meta(examples=[121])]
    mac_input_offset: Annotated[int, Meta(examples=[121])]


class CreatedTag(msgspec.Struct, omit_defaults=True):
    """A tag, and what is to be written to it; nobody is told the keys of a SUN tag again."""

    tag: Tag
    url: Annotated[str, Meta(description="Of a SUN tag with zeros where its chip puts its own.", examples=[_URL])]
    sun: Sun | None = None


class Tags(msgspec.Struct):
    """An activity's tags, the living ones first, the newest of each first; a hundred at most."""

    tags: list[Tag]


@routes.on("POST", "/v1/activities/{activity_id}/nfc-tags", status=201)
async def create_nfc_tag(call: Call, activity_id: Id, body: NewTag) -> CreatedTag:
    """What is to be written to a new tag, for staff and above; at most 50 of an activity live, else TOO_MANY_TAGS.

    A repeat makes another tag. By a `static` one people check in whom fence or Wi-Fi proves to be there; of others a
    human is asked.
    """
    request = pb.CreateTagRequest(activity_id=activity_id, kind=_KINDS[body.kind], label=body.label, gate=body.gate)
    made: pb.CreatedTag = await ask(call.services.tags.CreateTag, request, call.person)
    return CreatedTag(_to_tag(made.tag), made.url, _to_sun(made.sun) if made.HasField("sun") else None)


@routes.on("GET", "/v1/activities/{activity_id}/nfc-tags")
async def list_nfc_tags(call: Call, activity_id: Id) -> Tags:
    """Which tags an activity has, and when each was last seen; for staff and above."""
    request = pb.ListTagsRequest(activity_id=activity_id)
    found: pb.ListTagsResponse = await ask(call.services.tags.ListTags, request, call.person)
    return Tags([_to_tag(one) for one in found.tags])


@routes.on("DELETE", "/v1/activities/{activity_id}/nfc-tags/{tag_id}", status=204)
async def revoke_nfc_tag(call: Call, activity_id: Id, tag_id: Id) -> None:
    """Has nobody check in by a tag any more; a repeat is as good."""
    request = pb.RevokeTagRequest(activity_id=activity_id, tag_id=tag_id)
    await ask(call.services.tags.RevokeTag, request, call.person)


def _to_tag(tag: pb.NfcTag) -> Tag:
    return Tag(
        tag_id=to_text(tag.tag_id),
        kind=_KIND_NAMES.get(tag.kind),
        label=tag.label,
        gate=tag.gate or None,
        created_at=to_rfc3339(tag.created_at),
        revoked_at=to_rfc3339(tag.revoked_at) if tag.revoked_at else None,
        last_seen_at=to_rfc3339(tag.last_seen_at) if tag.last_seen_at else None,
        last_counter=tag.last_counter or None,
        url=tag.url or None,
    )


def _to_sun(sun: pb.Sun) -> Sun:
    return Sun(
        url_template=sun.url_template,
        meta_read_key=sun.meta_read_key.hex(),
        file_read_key=sun.file_read_key.hex(),
        picc_offset=sun.picc_offset,
        mac_offset=sun.mac_offset,
        mac_input_offset=sun.mac_input_offset,
    )

"""How staff at a door see people."""

from base64 import urlsafe_b64encode
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.http.fields import IdText
from protos.activity.v1 import door_pb2 as pb
from servicekit.ids import to_text

KindName = Literal["person", "entry", "guest"]
_KINDS: dict[int, KindName] = {
    pb.DoorPerson.KIND_PERSON: "person",
    pb.DoorPerson.KIND_ENTRY: "entry",
    pb.DoorPerson.KIND_GUEST: "guest",
}
_USER = "As whom they check in: the user, where an entry is bound to one, else the entry or the guest itself."
_KEYS = "By which personal codes for this activity are verified, newest first; only in what a phone takes along."


class DoorExtra(msgspec.Struct):
    """What else is known of somebody, and for them to see."""

    heading: Annotated[str, Meta(examples=["座位"])]
    value: Annotated[str, Meta(examples=["3 排 7 座"])]


class DoorPerson(msgspec.Struct):
    """Somebody as staff at a door see them. Of a `person` the roster says nothing; a `guest` is on none."""

    kind: KindName | None
    user_id: Annotated[IdText, Meta(description=_USER)]
    entry_id: IdText | None
    name: Annotated[str, Meta(examples=["王小明"])]
    number: Annotated[str, Meta(description="Masked.", examples=["****001"])]
    phone_tail: Annotated[str, Meta(description="The last four digits, or empty.", examples=["0001"])]
    group: Annotated[str, Meta(examples=["一班"])]
    extra: list[DoorExtra]
    entry_code: Annotated[str, Meta(description="As on a label; of entries alone.", examples=["K7MCF-GHJ4R"])]
    code_keys: Annotated[list[str], Meta(description=_KEYS)]


def to_person(person: pb.DoorPerson) -> DoorPerson:
    """Somebody as clients get them."""
    return DoorPerson(
        kind=_KINDS.get(person.kind),
        user_id=to_text(person.user_id),
        entry_id=to_text(person.entry_id) if person.entry_id else None,
        name=person.name,
        number=person.number,
        phone_tail=person.phone_tail,
        group=person.group,
        extra=[DoorExtra(each.heading, each.value) for each in person.extra],
        entry_code=person.entry_code,
        code_keys=[urlsafe_b64encode(key).rstrip(b"=").decode() for key in person.code_keys],
    )

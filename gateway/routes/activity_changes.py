"""What organisers change of an activity that exists: a merge patch, and the revision that they have seen."""

import re
from typing import Annotated, Any, Literal

import msgspec
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import UNSET, Meta, UnsetType

from gateway.http.fields import Count, Id, Input, ParsedWallTime, WallTime, Word
from gateway.routes.activity_shapes import (
    GRADES,
    KINDS,
    METHODS,
    OWN_PROOFS,
    PLACE_RULES,
    REENTRIES,
    UNDECIDED,
    GradeName,
    KindName,
    LateName,
    MethodName,
    NotListedName,
    OwnProofName,
    ReentryName,
    UndecidedName,
)
from gateway.routes.place_shapes import NewAccessPoint, wifi_to_messages
from gateway.routes.question_shapes import NewQuestion, questions_to_messages
from protos.activity.v1 import activity_pb2 as pb
from servicekit.errors import invalid

_REVISION = re.compile(r'"?([0-9]{1,18})"?', re.ASCII)

# No word of one of them is a word of another.
_NUMBERS: dict[Any, int] = {**KINDS, **METHODS, **GRADES, **PLACE_RULES, **REENTRIES, **UNDECIDED, **OWN_PROOFS}

Seconds = Annotated[int, Meta(ge=1, le=2**32 - 1)]


class PlaceChanges(Input, kw_only=True):
    """What changes of the place; where it is goes together."""

    name: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET
    latitude: float | UnsetType = UNSET
    longitude: float | UnsetType = UNSET
    coord: Literal["gcj02"] | UnsetType = UNSET
    radius_m: Annotated[float, Meta(gt=0)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError for half a position."""
        if len({each is UNSET for each in (self.latitude, self.longitude, self.coord)}) > 1:
            raise ValueError("latitude, longitude and coord go together")


class PolicyChanges(Input, kw_only=True):
    """What changes of the policy."""

    fence: GradeName | UnsetType = UNSET
    wifi: GradeName | UnsetType = UNSET
    place: Literal["any", "all"] | UnsetType = UNSET
    late: LateName | UnsetType = UNSET
    offline: LateName | UnsetType = UNSET
    face: GradeName | UnsetType = UNSET
    location_max_age_s: Seconds | UnsetType = UNSET
    not_listed: NotListedName | UnsetType = UNSET
    undecided: UndecidedName | UnsetType | None = UNSET
    own_proof: OwnProofName | UnsetType = UNSET


class ActivityChanges(Input, kw_only=True):
    """What changes of an activity."""

    # The one that its caller has seen, unless If-Match says it.
    revision: Count | UnsetType = UNSET
    kind: KindName | UnsetType = UNSET
    title: Annotated[str, Meta(max_length=1024)] | UnsetType = UNSET
    time_zone: Word | UnsetType = UNSET
    starts_at: WallTime | UnsetType = UNSET
    ends_at: WallTime | UnsetType = UNSET
    opens_before_s: Count | UnsetType = UNSET
    closes_after_s: Count | UnsetType = UNSET
    late_after_s: Count | UnsetType | None = UNSET
    place: PlaceChanges | UnsetType | None = UNSET
    wifi: Annotated[list[NewAccessPoint], Meta(max_length=256)] | UnsetType = UNSET
    methods: Annotated[tuple[MethodName, ...], Meta(min_length=1, max_length=5)] | UnsetType = UNSET
    policy: PolicyChanges | UnsetType = UNSET
    qr_period_s: Seconds | UnsetType = UNSET
    strict: bool | UnsetType = UNSET
    capacity: Count | UnsetType = UNSET
    offline_window_s: Count | UnsetType = UNSET
    gates: Annotated[list[Word], Meta(max_length=256)] | UnsetType = UNSET
    roster_id: Id | UnsetType | None = UNSET
    expected_count: Count | UnsetType = UNSET
    ask: Annotated[list[NewQuestion], Meta(max_length=16)] | UnsetType = UNSET
    reentry: ReentryName | UnsetType = UNSET


class Seen(msgspec.Struct, rename="kebab"):
    """The header of a change."""

    if_match: Annotated[str, Meta(max_length=32, description="The revision that you have seen.")] = ""


class Copy(Input, kw_only=True):
    """When the copy begins; it lasts as long as its original."""

    starts_at: WallTime
    title: Annotated[str, Meta(max_length=1024, description="Empty: that of the original.")] = ""


def seen_revision(headers: Seen, body: ActivityChanges) -> int:
    """The revision that a caller knows.

    Raises:
        InvalidArgumentError: They do not say it, or say two.
    """
    match = _REVISION.fullmatch(headers.if_match)
    if headers.if_match and not match:
        raise invalid("if-match", 'must be the revision that you have seen, such as "7"')
    said = {int(match[1])} if match else set()
    if body.revision is not UNSET:
        said.add(body.revision)
    if len(said) != 1:
        raise invalid("revision", "send the revision that you have seen, here or as If-Match")
    return said.pop()


def to_update(activity_id: bytes, changes: ActivityChanges, revision: int, time_zone: str) -> pb.UpdateActivityRequest:
    """The request of a patch.

    Args:
        time_zone: Where clocks on the wall are read, if the patch names no other one.
    """
    message, said = pb.Activity(activity_id=activity_id), _said(changes)
    zone = said.get("time_zone", time_zone)
    paths = [path for name, value in said.items() for path in _set(message, name, value, zone)]
    return pb.UpdateActivityRequest(activity=message, update_mask=FieldMask(paths=paths), revision=revision)


def _said(changes: msgspec.Struct) -> dict[str, Any]:
    named = {name: getattr(changes, name) for name in changes.__struct_fields__ if name not in ("revision", "coord")}
    return {name: value for name, value in named.items() if value is not UNSET}


def _set(message: Any, name: str, value: Any, zone: str) -> list[str]:
    """Sets a field of a message, and names what was set; null sets nothing, and names what is taken away."""
    with_it = ["has_late_after"] if name == "late_after_s" else []
    if isinstance(value, msgspec.Struct):
        part = getattr(message, name)
        return [f"{name}.{path}" for each, inner in _said(value).items() for path in _set(part, each, inner, zone)]
    if isinstance(value, ParsedWallTime):
        value = value.in_zone(zone)
    if value is not None and message.DESCRIPTOR.fields_by_name[name].enum_type:
        value = [_NUMBERS[word] for word in value] if isinstance(value, tuple) else _NUMBERS[value]
    if name == "wifi" and isinstance(value, list):
        value = wifi_to_messages(value)
    if name == "ask" and isinstance(value, list):
        value = questions_to_messages(value)
    if isinstance(value, list):
        getattr(message, name).extend(value)
    elif value is not None:
        setattr(message, name, value)
        for each in with_it:
            setattr(message, each, True)
    return [name, *with_it]

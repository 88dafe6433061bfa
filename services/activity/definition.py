"""What an organiser says of an activity: its fields, their defaults, and everything that can be wrong with them.

Enumerations have the numbers of activity.v1. Times are microseconds since 1970 UTC.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cache
from math import isfinite
from typing import Any
from zoneinfo import available_timezones

from domainkit.access_points import BSSID_BYTES, is_access_point
from servicekit.clock import SECOND_US, to_rfc3339
from servicekit.errors import FieldError, InvalidArgumentError
from servicekit.plain_text import fault

DAY_S = 24 * 3600
ID_BYTES = 16

MAXIMUM_TITLE = 100
MAXIMUM_GATE = 64
MAXIMUM_SSID_BYTES = 32
MAXIMUM_ACCESS_POINTS = 20
MAXIMUM_GATES = 20
MAXIMUM_QUESTIONS = 5
MAXIMUM_QUESTION = 32
MAXIMUM_DURATION_S = 31 * DAY_S
MAXIMUM_MARGIN_S = 7 * DAY_S
MAXIMUM_CAPACITY = 1_000_000
RADIUS_M = (20, 5000)
QR_PERIOD_S = (10, 300)
LOCATION_AGE_S = (10, 3600)
# Of a published activity: what times, screens and records are read by.
_FROZEN = ("kind", "time_zone", "strict")
# One value that reads as it is stored.
_PLAIN = (
    *("title", "time_zone", "opens_before_s", "closes_after_s", "late_after_s"),
    *("qr_period_s", "capacity", "offline_window_s", "expected_count"),
)
# Names that stand for whatever a machine or a compiler of the database has.
_PSEUDO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
# 2000 and 2100: what a DATETIME column and the 32 bits of a QR's issued_at hold without thought.
_EARLIEST_US = 946_684_800 * SECOND_US
_LATEST_US = 4_102_444_800 * SECOND_US


class Kind(IntEnum):
    """What an activity is about."""

    ATTENDANCE = 1
    EVENT = 2
    POINTS = 3


class Method(IntEnum):
    """What a phone may present."""

    QR = 1
    CODE = 2
    NFC = 3
    PLACE = 4
    STAFF = 5


class Grade(IntEnum):
    """What a policy makes of a finding."""

    OFF = 1
    REVIEW = 2
    REFUSE = 3
    ACCEPT = 4


class PlaceRule(IntEnum):
    """Whether fence or Wi-Fi suffices, or both must hold."""

    ANY = 1
    ALL = 2


class Undecided(IntEnum):
    """What becomes of what waits for a human when nobody decides on it in time."""

    WAITS_ON = 0
    PRESENT = 1
    ABSENT = 2


class OwnProof(IntEnum):
    """Whether people may have a paper that says they came without asking an organiser."""

    AFTER_CLOSE = 0
    NEVER = 1


class Reentry(IntEnum):
    """Whether people who went may come in again."""

    ONCE = 1
    IN_OUT = 2


class Detail(IntEnum):
    """What may be asked of whoever was accepted."""

    NAME = 1
    NUMBER = 2
    EMPLOYER = 3
    PHONE = 4
    TEXT = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked; only free text has a label."""

    detail: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to be, in GCJ-02."""

    name: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    radius_m: float = 500.0


@dataclass(frozen=True, slots=True)
class Wifi:
    """An access point that is only seen on the spot."""

    ssid: str = ""
    bssid: bytes = b""


@dataclass(frozen=True, slots=True)
class Policy:
    """What to make of each kind of evidence."""

    fence: int = Grade.REVIEW
    wifi: int = Grade.OFF
    place: int = PlaceRule.ANY
    late: int = Grade.ACCEPT
    offline: int = Grade.REVIEW
    face: int = Grade.OFF
    location_max_age_s: int = 120
    not_listed: int = Grade.REVIEW
    undecided: int = Undecided.WAITS_ON
    own_proof: int = OwnProof.AFTER_CLOSE


@dataclass(frozen=True, slots=True)
class Definition:
    """An activity as its organiser describes it; `check` says whether it makes sense."""

    organisation_id: bytes
    kind: int = 0
    title: str = ""
    time_zone: str = ""
    starts_at: int = 0
    ends_at: int = 0
    opens_before_s: int = 1800
    closes_after_s: int = 0
    # None: nobody is late.
    late_after_s: int | None = None
    place: Place | None = None
    wifi: tuple[Wifi, ...] = ()
    methods: tuple[int, ...] = (Method.QR,)
    policy: Policy = field(default_factory=Policy)
    qr_period_s: int = 60
    strict: bool = False
    # 0: unlimited.
    capacity: int = 0
    offline_window_s: int = 7200
    gates: tuple[str, ...] = ()
    # Who is expected; empty: open to all.
    roster_id: bytes = b""
    # How many come where there is no roster; 0: nobody knows.
    expected_count: int = 0
    ask: tuple[Question, ...] = ()
    reentry: int = Reentry.IN_OUT


def check(definition: Definition) -> None:
    """Looks at every field.

    Raises:
        InvalidArgumentError: Names all fields at fault, by their JSON paths, with the cure.
    """
    if faults := list(_faults(definition)):
        first = faults[0]
        raise InvalidArgumentError(f"{first.field}: {first.message}", fields=faults)


def check_site(place: Place, wifi: Sequence[Wifi]) -> None:
    """Looks at a place that is saved for later, with its access points.

    Raises:
        InvalidArgumentError: Names all fields at fault, by their JSON paths.
    """
    faults = [*_text("place.name", place.name, MAXIMUM_TITLE), *_place(place), *_wifi(wifi)]
    if faults:
        raise InvalidArgumentError(f"{faults[0].field}: {faults[0].message}", fields=faults)


def check_frozen(before: Definition, after: Definition) -> None:
    """Looks at what a published activity keeps.

    Raises:
        InvalidArgumentError: Names all fields that would change, by their JSON paths.
    """
    changed = [name for name in _FROZEN if getattr(before, name) != getattr(after, name)]
    if changed:
        faults = [FieldError(name, "stays as it is once the activity is published") for name in changed]
        raise InvalidArgumentError(f"{faults[0].field}: {faults[0].message}", fields=faults)


def differences(then: Definition, now: Definition) -> list[FieldError]:
    """What was changed, by JSON name, and from what to what where that is one value."""
    names = (field.name for field in fields(Definition) if getattr(then, field.name) != getattr(now, field.name))
    return [FieldError(name, _difference(name, getattr(then, name), getattr(now, name))) for name in names]


def _difference(name: str, then: Any, now: Any) -> str:
    if name.endswith("_at"):
        return f"was {to_rfc3339(then)}, is {to_rfc3339(now)} now"
    return f"was {then}, is {now} now" if name in _PLAIN else "was changed"


def _faults(definition: Definition) -> Iterator[FieldError]:
    if definition.kind not in set(Kind):
        yield FieldError("kind", "must be attendance, event or points")
    yield from _text("title", definition.title, MAXIMUM_TITLE)
    yield from _times(definition)
    yield from _range("capacity", definition.capacity, 0, MAXIMUM_CAPACITY)
    yield from _range("qr_period_s", definition.qr_period_s, *QR_PERIOD_S)
    yield from _range("offline_window_s", definition.offline_window_s, 0, MAXIMUM_MARGIN_S)
    if definition.place is not None:
        yield from _place(definition.place)
    yield from _wifi(definition.wifi)
    yield from _gates(definition.gates)
    yield from _expected(definition)
    yield from _questions(definition.ask)
    if definition.reentry not in set(Reentry):
        yield FieldError("reentry", "must be once or in_out")
    yield from _methods(definition)
    yield from _policy(definition)


def _times(definition: Definition) -> Iterator[FieldError]:
    if definition.time_zone not in _time_zones():
        yield FieldError("time_zone", "must be a name of the IANA time zone database, such as Asia/Shanghai")
    for name in ("starts_at", "ends_at"):
        if not _EARLIEST_US <= getattr(definition, name) < _LATEST_US:
            yield FieldError(name, "is required, between the years 2000 and 2100")
    duration_us = definition.ends_at - definition.starts_at
    if duration_us <= 0:
        yield FieldError("ends_at", "must be after starts_at")
    elif duration_us > MAXIMUM_DURATION_S * SECOND_US:
        yield FieldError("ends_at", "must be at most 31 days after starts_at")
    yield from _range("opens_before_s", definition.opens_before_s, 0, MAXIMUM_MARGIN_S)
    yield from _range("closes_after_s", definition.closes_after_s, 0, MAXIMUM_MARGIN_S)
    if definition.late_after_s is not None:
        yield from _range("late_after_s", definition.late_after_s, 0, MAXIMUM_DURATION_S)


def _place(place: Place) -> Iterator[FieldError]:
    yield from _text("place.name", place.name, MAXIMUM_TITLE, is_required=False)
    yield from _coordinate("place.latitude", place.latitude, 90)
    yield from _coordinate("place.longitude", place.longitude, 180)
    if not RADIUS_M[0] <= place.radius_m <= RADIUS_M[1]:
        yield FieldError("place.radius_m", f"must be between {RADIUS_M[0]} and {RADIUS_M[1]}")


def _coordinate(name: str, degrees: float, limit: int) -> Iterator[FieldError]:
    if not isfinite(degrees):
        yield FieldError(name, "must be a finite number")
    elif abs(degrees) > limit:
        hint = "; are latitude and longitude swapped?" if limit == 90 and abs(degrees) <= 180 else ""
        yield FieldError(name, f"must be between -{limit} and {limit} degrees (GCJ-02){hint}")


def _wifi(access_points: Sequence[Wifi]) -> Iterator[FieldError]:
    if len(access_points) > MAXIMUM_ACCESS_POINTS:
        yield FieldError("wifi", f"must be at most {MAXIMUM_ACCESS_POINTS} access points")
    for index, access_point in enumerate(access_points[:MAXIMUM_ACCESS_POINTS]):
        if len(access_point.bssid) != BSSID_BYTES:
            yield FieldError(f"wifi[{index}].bssid", "must be 6 bytes, such as 9c:a6:15:00:1f:2e")
        elif not is_access_point(access_point.bssid):
            yield FieldError(f"wifi[{index}].bssid", "is no access point; phones say it when they may not tell theirs")
        yield from _text(f"wifi[{index}].ssid", access_point.ssid, MAXIMUM_SSID_BYTES, is_required=False)
    yield from _unique("wifi", [access_point.bssid for access_point in access_points])


def _gates(gates: Sequence[str]) -> Iterator[FieldError]:
    if len(gates) > MAXIMUM_GATES:
        yield FieldError("gates", f"must be at most {MAXIMUM_GATES}")
    for index, gate in enumerate(gates[:MAXIMUM_GATES]):
        yield from _text(f"gates[{index}]", gate, MAXIMUM_GATE)
    yield from _unique("gates", gates)


def _expected(definition: Definition) -> Iterator[FieldError]:
    if len(definition.roster_id) not in (0, ID_BYTES):
        yield FieldError("roster_id", "must be 16 bytes")
    yield from _range("expected_count", definition.expected_count, 0, MAXIMUM_CAPACITY)
    if definition.roster_id and definition.expected_count:
        yield FieldError("expected_count", "the roster says how many are expected; leave it out")


def _questions(questions: Sequence[Question]) -> Iterator[FieldError]:
    if len(questions) > MAXIMUM_QUESTIONS:
        yield FieldError("ask", f"must be at most {MAXIMUM_QUESTIONS}")
    for index, question in enumerate(questions[:MAXIMUM_QUESTIONS]):
        if question.detail not in set(Detail):
            yield FieldError(f"ask[{index}].detail", "must be name, number, employer, phone or text")
        elif question.detail == Detail.TEXT:
            yield from _text(f"ask[{index}].label", question.label, MAXIMUM_QUESTION)
        elif question.label:
            yield FieldError(f"ask[{index}].label", "only text has a label")
    yield from _unique("ask", questions)


def _methods(definition: Definition) -> Iterator[FieldError]:
    for index, method in enumerate(definition.methods):
        if method not in set(Method):
            yield FieldError(f"methods[{index}]", "must be qr, code, nfc, place or staff")
        elif method == Method.PLACE and definition.place is None and not definition.wifi:
            yield FieldError(f"methods[{index}]", "place needs a place or an access point to go by")
    yield from _unique("methods", definition.methods)


def _policy(definition: Definition) -> Iterator[FieldError]:
    policy = definition.policy
    checked = (Grade.OFF, Grade.REVIEW, Grade.REFUSE)
    graded = (Grade.ACCEPT, Grade.REVIEW, Grade.REFUSE)
    for name, allowed in (("fence", checked), ("wifi", checked), ("late", graded), ("offline", graded)):
        if getattr(policy, name) not in allowed:
            yield FieldError(f"policy.{name}", f"must be {', '.join(grade.name.lower() for grade in allowed)}")
    if policy.face != Grade.OFF:
        yield FieldError("policy.face", "must be off; face checks are not available yet")
    if policy.not_listed not in (Grade.REVIEW, Grade.REFUSE):
        yield FieldError("policy.not_listed", "must be review or refuse")
    if policy.undecided not in set(Undecided):
        yield FieldError("policy.undecided", "must be present, absent or null")
    if policy.own_proof not in set(OwnProof):
        yield FieldError("policy.own_proof", "must be after_close or never")
    if policy.place not in set(PlaceRule):
        yield FieldError("policy.place", "must be any or all")
    yield from _range("policy.location_max_age_s", policy.location_max_age_s, *LOCATION_AGE_S)
    yield from _policy_needs(definition)


def _policy_needs(definition: Definition) -> Iterator[FieldError]:
    """A rule that has nothing to go by would let everybody pass, or nobody."""
    policy = definition.policy
    if policy.fence == Grade.REFUSE and definition.place is None:
        yield FieldError("policy.fence", "refuse needs a place")
    if policy.wifi in (Grade.REVIEW, Grade.REFUSE) and not definition.wifi:
        yield FieldError("policy.wifi", "needs an access point in wifi")
    if policy.place == PlaceRule.ALL and not (definition.place and definition.wifi):
        yield FieldError("policy.place", "all needs both a place and an access point")


def _text(name: str, text: str, longest: int, *, is_required: bool = True) -> Iterator[FieldError]:
    if found := fault(text, longest, is_required=is_required):
        yield FieldError(name, found)


def _range(name: str, value: int, low: int, high: int) -> Iterator[FieldError]:
    if not low <= value <= high:
        yield FieldError(name, f"must be between {low} and {high}")


def _unique(name: str, values: Collection[object]) -> Iterator[FieldError]:
    if len(set(values)) < len(values):
        yield FieldError(name, "must not name the same twice")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _PSEUDO_ZONES

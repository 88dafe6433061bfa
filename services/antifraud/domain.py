"""What is assessed, by what rules, and the one shape of a signal; each signal is a file of `signals`.

Source: services/antifraud/README.md, "Coordinates".
"""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from math import isfinite
from typing import NamedTuple, Protocol

from services.antifraud.place import Fence, Position, Sighting, sighting

# Every attempt pays for what is looked up here.
_UNFENCED, _MISSING, _INSIDE, _LISTED = Position.UNFENCED, Position.MISSING, Position.INSIDE, Sighting.LISTED


class Verdict(IntEnum):
    """What an assessment comes to, the graver the higher. UNKNOWN: the item could not be assessed."""

    UNKNOWN = 0
    PASS = 1
    REVIEW = 2
    REFUSE = 3


class Grade(IntEnum):
    """What a signal that speaks against an attempt may cost it."""

    UNSPECIFIED = 0
    OFF = 1
    REVIEW = 2
    REFUSE = 3


class PlaceRule(IntEnum):
    """Whether one proof of place is enough."""

    UNSPECIFIED = 0
    ANY = 1
    ALL = 2


class Rules(NamedTuple):
    """What an occurrence asks of its people.

    Attributes:
        fence: None where there is none.
        bssids: 6 bytes each; empty where no access point is listed.
        fence_grade: What the fence may cost.
        wifi_grade: What Wi-Fi may cost.
        place: Whether one of them is enough.
        location_max_age_ms: An older position counts as none; 0: however old.
    """

    fence: Fence | None
    bssids: frozenset[bytes]
    fence_grade: Grade
    wifi_grade: Grade
    place: PlaceRule
    location_max_age_ms: int = 0

    @property
    def is_one_enough(self) -> bool:
        """Whether what one signal proves excuses the other."""
        return self.place is not PlaceRule.ALL


class Item(Protocol):
    """What is known of one attempt: an antifraud.v1.Item."""

    @property
    def user_id(self) -> bytes:
        """The person who tries."""

    @property
    def device_id(self) -> str:
        """With which phone."""

    @property
    def has_location(self) -> bool:
        """Whether the phone said where it is."""

    @property
    def latitude(self) -> float:
        """Degrees."""

    @property
    def longitude(self) -> float:
        """Degrees."""

    @property
    def accuracy_m(self) -> float:
        """How sure the phone is; 0 or less: it does not say."""

    @property
    def age_ms(self) -> int:
        """How old the location was when the phone used it."""

    @property
    def bssid(self) -> bytes:
        """The access point; empty when the phone sent none."""

    @property
    def place_is_credential(self) -> bool:
        """The place is all the person showed (method `place`)."""


class Evidence(NamedTuple):
    """An attempt, and what it proves of the place; all signals look at the same.

    Attributes:
        distance_m: From the centre of the fence; -1 where that is not known.
        is_unproven: The place is all the person showed, and neither fence nor Wi-Fi holds.
    """

    item: Item
    position: Position
    sighting: Sighting
    distance_m: float
    accuracy_m: float
    is_unproven: bool

    @classmethod
    def of(cls, item: Item, rules: Rules) -> "Evidence":
        """What an attempt proves under these rules.

        Raises:
            ValueError: Its location is no place.
        """
        position, distance_m, accuracy_m, fence = _UNFENCED, -1.0, 0.0, rules.fence
        if fence is not None:
            position = _MISSING
            if item.has_location and _is_told(item, rules.location_max_age_ms):
                distance_m, accuracy_m = fence.distance_m(item.latitude, item.longitude), item.accuracy_m
                if not isfinite(distance_m):
                    raise ValueError("its location is no place")
                position = fence.position(distance_m, accuracy_m)
        seen = sighting(rules.bssids, item.bssid)
        is_unproven = position is not _INSIDE and seen is not _LISTED and item.place_is_credential
        return cls._make((item, position, seen, distance_m, accuracy_m, is_unproven))

    def grade(self, asked: Grade) -> Grade:
        """What a proof of place may cost: at least review where nothing else was shown."""
        return max(asked, Grade.REVIEW) if self.is_unproven else asked


def _is_told(item: Item, max_age_ms: int) -> bool:
    """Whether the phone knew where it is: 0, 0 is what it says when it does not, and an old place is where it was."""
    return bool(item.latitude or item.longitude) and not 0 < max_age_ms < item.age_ms


class Factor(NamedTuple):
    """Something that speaks against an attempt.

    Attributes:
        reason: Of the vocabulary.
        numbers: What was measured, with units in the names; empty where nothing was.
    """

    reason: str
    verdict: Verdict
    numbers: Mapping[str, float] = {}


class Signal(NamedTuple):
    """One thing that may speak against an attempt.

    Attributes:
        name: What operators read in the log when it fails.
        needs: Whether these rules give it anything to look for; asked once per batch.
        look: What it holds against an attempt, None for nothing; no I/O. ValueError: the attempt cannot be assessed.
    """

    name: str
    needs: Callable[[Rules], bool]
    look: Callable[[Evidence, Rules], Factor | None]


def weigh(evidence: Evidence, rules: Rules, signals: Iterable[Signal]) -> list[Factor]:
    """What speaks against an attempt, in the order of the signals."""
    return [factor for signal in signals if (factor := signal.look(evidence, rules)) is not None]


def cost(grade: Grade, *, is_proven: bool) -> Verdict:
    """Only what is proven wrong may be refused; what is merely not proven goes to review."""
    return Verdict.REFUSE if is_proven and grade is Grade.REFUSE else Verdict.REVIEW

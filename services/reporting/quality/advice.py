"""What would make checking in better at an activity: rules from its numbers to a change of its settings. Pure.

A piece of advice is there while its numbers are, and says them; nothing of it is kept but that somebody hid it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domainkit.buckets import DISTANCES_M
from services.reporting.periods.held import Counts

# Fewer people than this show nothing.
ENOUGH = 20
_MINUTE_S = 60
# As the activity service lets them be.
_LONGEST_RADIUS_M, _LONGER_PERIOD_S, _EARLIEST_S = 5000, 120, 7200
# From this share of those who tried, or were measured, something is worth a change.
_HONEST, _DENIED, _COARSE, _WIFI, _EXPIRED, _OLD, _SCANS, _OFFLINE, _LATE, _WAITED = (
    *(0.05, 0.10, 0.20, 0.10, 0.05, 0.30, 0.15, 0.20, 0.15, 0.30),
)
# What a door lets in without a queue, people a minute.
_PER_GATE = 15
# Of the QR's age and of the position's accuracy (domainkit/buckets.py): older than 40 s, less exact than 100 m.
_OLD_FROM, _COARSE_FROM = 6, 5


class Settings(NamedTuple):
    """What an activity asks, as far as advice is about it.

    Attributes:
        radius_m: Of its fence; 0: it has none.
        wifi: How many access points prove the place.
        opens_before_s: How long before the start it opens.
        qr_period_s: For how long a QR is shown; 0: not known.
    """

    radius_m: float
    wifi: int
    gates: int
    opens_before_s: int
    qr_period_s: int = 0


class Rush(NamedTuple):
    """How people came to the last occurrence of an activity.

    Attributes:
        peak: How many in the fullest minute.
        at_opening: How many in the first three minutes.
        people: How many in all.
        opened_before_s: How long before the start it opened.
    """

    peak: int = 0
    at_opening: int = 0
    people: int = 0
    opened_before_s: int = 0


class Case(NamedTuple):
    """What is known of an activity."""

    counts: Counts
    tried: int
    settings: Settings
    rush: Rush


class Advice(NamedTuple):
    """What to do, the numbers behind it, and what it changes, as the edit route takes it; no change: see the text."""

    code: str
    numbers: Mapping[str, float]
    change: Mapping[str, Any] = {}


def advice_of(case: Case) -> list[Advice]:
    """All that the numbers of an activity suggest."""
    if case.tried < ENOUGH:
        return []
    return [advice for rule in _RULES for advice in rule(case)]


def _fence(case: Case) -> Iterator[Advice]:
    """People whom a human let in from outside: the fence is drawn too narrow for them."""
    honest = [case.counts[f"outside:{number}"] for number in range(1, len(DISTANCES_M) + 1)]
    people, came = sum(honest), case.counts["checked_in"]
    if not case.settings.radius_m or people < _HONEST * came or people < ENOUGH // 4:
        return
    radius_m = min(_covering(honest, 0.9), _LONGEST_RADIUS_M)
    if radius_m > case.settings.radius_m:
        numbers = {"people": people, "share": people / came, "radius_m": case.settings.radius_m, "to_m": radius_m}
        yield Advice("FENCE_WIDER", numbers, {"place": {"radius_m": radius_m}})


def _covering(by_distance: Sequence[int], share: float) -> float:
    """The distance within which this share of people were."""
    seen, total = 0, sum(by_distance)
    for bound, people in zip(DISTANCES_M, by_distance, strict=True):
        seen += people
        if seen >= share * total:
            return bound
    return DISTANCES_M[-1]


def _location(case: Case) -> Iterator[Advice]:
    denied = case.counts["reason:LOCATION_DENIED"] + case.counts["reason:LOCATION_MISSING"]
    if denied >= _DENIED * case.tried:
        code = "LOCATION_EXPLAIN" if case.settings.wifi else "WIFI_ADD_INDOORS"
        yield Advice(code, {"people": denied, "share": denied / case.tried})
    known = _sum(case.counts, "accuracy:", 1)
    coarse = _sum(case.counts, "accuracy:", _COARSE_FROM)
    if known >= ENOUGH and coarse >= _COARSE * known:
        yield Advice("LOCATION_PRECISE", {"people": coarse, "share": coarse / known, "accuracy_m": 100})


def _wifi(case: Case) -> Iterator[Advice]:
    missed = case.counts["reason:WIFI_MISMATCH"]
    if missed >= _WIFI * case.tried:
        yield Advice("WIFI_ADD", {"people": missed, "share": missed / case.tried, "wifi": case.settings.wifi})


def _qr(case: Case) -> Iterator[Advice]:
    expired = case.counts["reason:QR_EXPIRED"]
    scanned, old = _sum(case.counts, "slot_age:", 1), _sum(case.counts, "slot_age:", _OLD_FROM)
    is_late = expired >= _EXPIRED * case.tried or (scanned >= ENOUGH and old >= _OLD * scanned)
    if is_late and case.settings.qr_period_s < _LONGER_PERIOD_S:
        numbers = {"expired": expired, "old": old, "share": max(expired / case.tried, old / max(scanned, 1))}
        yield Advice("QR_LONGER", {**numbers, "to_s": _LONGER_PERIOD_S}, {"qr_period_s": _LONGER_PERIOD_S})
    failed = case.counts["scans_failed"] + case.counts["scans_cancelled"]
    measured = failed + _sum(case.counts, "answer:", 1)
    if measured >= ENOUGH and failed >= _SCANS * measured:
        yield Advice("QR_CLEARER", {"scans": failed, "share": failed / measured})


def _network(case: Case) -> Iterator[Advice]:
    offline = case.counts["offline"]
    if offline >= _OFFLINE * case.tried:
        yield Advice("NETWORK", {"people": offline, "share": offline / case.tried})


def _crowd(case: Case) -> Iterator[Advice]:
    rush, gates = case.rush, max(1, case.settings.gates)
    if rush.peak > _PER_GATE * gates:
        needed = -(-rush.peak // _PER_GATE)
        yield Advice("GATES_MORE", {"peak": rush.peak, "gates": gates, "to_gates": needed})
    late, came = case.counts["late"], case.counts["checked_in"]
    waited = rush.people >= ENOUGH and rush.at_opening >= _WAITED * rush.people
    # From what it was that day: who opens earlier by now has done it.
    to_s = rush.opened_before_s + 15 * _MINUTE_S
    if came and late >= _LATE * came and waited and case.settings.opens_before_s < to_s <= _EARLIEST_S:
        numbers = {"late": late, "share": late / came, "at_opening": rush.at_opening, "to_min": to_s / _MINUTE_S}
        yield Advice("OPEN_EARLIER", numbers, {"opens_before_s": to_s})


def _sum(counts: Counts, prefix: str, first: int) -> int:
    """How many from a bucket on."""
    return sum(
        amount for name, amount in counts.items() if name.startswith(prefix) and int(name[len(prefix) :]) >= first
    )


_RULES: Sequence[Callable[[Case], Iterator[Advice]]] = (_fence, _location, _wifi, _qr, _network, _crowd)
CODES = frozenset(
    (
        *("FENCE_WIDER", "LOCATION_EXPLAIN", "WIFI_ADD_INDOORS", "LOCATION_PRECISE", "WIFI_ADD"),
        *("QR_LONGER", "QR_CLEARER", "NETWORK", "GATES_MORE", "OPEN_EARLIER"),
    )
)

"""What proves a place: known distances, then properties over any place, distance and accuracy; and access points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.antifraud.place import Fence, Position, Sighting, sighting

INSIDE, OUTSIDE, UNCERTAIN = Position.INSIDE, Position.OUTSIDE, Position.UNCERTAIN
NO_LIST, LISTED, MISMATCH, UNSEEN = Sighting

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
metres = st.floats(0, 20_000_000)
accuracies = st.floats(0, 20_000_000, exclude_min=True)
radii = st.floats(20, 5000)


@pytest.mark.parametrize(
    ("here", "there", "distance_m"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 180), 20_015_114.4),
        ((90, 0), (-90, 0), 20_015_114.4),
        ((39.9087, 116.3975), (31.2304, 121.4737), 1_067_990),
        ((31.2304, 179.9999), (31.2304, -179.9999), 19.0),
    ],
    ids=["itself", "antipodes", "poles", "Beijing to Shanghai", "over the date line"],
)
def test_distances_are_great_circles(here: tuple[float, float], there: tuple[float, float], distance_m: float) -> None:
    """Distances agree with the sphere, at its far side and over the date line too."""
    assert Fence(*here, 500).distance_m(*there) == pytest.approx(distance_m, rel=1e-3)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "position"),
    [
        (499, 1, INSIDE),
        (0, 0, UNCERTAIN),
        (600, 0, UNCERTAIN),
        (601, 0, OUTSIDE),
        (480, 20, INSIDE),
        (480, 21, UNCERTAIN),
        (520, 20, UNCERTAIN),
        (520, 19, OUTSIDE),
        (600, 100, UNCERTAIN),
        (601, 100, OUTSIDE),
        (601, 50_000, OUTSIDE),
        (0, 501, UNCERTAIN),
        (0, -1000, UNCERTAIN),
        (601, -1000, OUTSIDE),
    ],
)
def test_positions_around_a_fence_of_500_m(distance_m: float, accuracy_m: float, position: Position) -> None:
    """The edges are where the formula puts them; who does not say how sure it is proves only distance."""
    assert Fence(31, 121, 500).position(distance_m, accuracy_m) is position


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_the_same_from_both_ends(north: float, east: float, south: float, west: float) -> None:
    """Any two points of the Earth are one distance apart, never above half its girth."""
    there = Fence(north, east, 500).distance_m(south, west)
    assert there == pytest.approx(Fence(south, west, 500).distance_m(north, east), abs=0.5)
    assert 0 <= there <= 20_015_115


@given(radii, metres, metres, metres)
def test_going_away_never_helps(radius_m: float, near_m: float, far_m: float, accuracy_m: float) -> None:
    """With one accuracy, the farther of two distances is never the better proof."""
    fence = Fence(31, 121, radius_m)
    near_m, far_m = sorted((near_m, far_m))
    order = [INSIDE, UNCERTAIN, OUTSIDE]
    assert order.index(fence.position(near_m, accuracy_m)) <= order.index(fence.position(far_m, accuracy_m))


@given(radii, metres, accuracies, metres)
def test_claiming_less_accuracy_only_yields_uncertain(
    radius_m: float, distance_m: float, accuracy_m: float, more_m: float
) -> None:
    """A larger claimed inaccuracy keeps the position or makes it uncertain, and never undoes that."""
    fence = Fence(31, 121, radius_m)
    before, after = (fence.position(distance_m, claimed) for claimed in (accuracy_m, accuracy_m + more_m))
    assert after in (before, UNCERTAIN)


@pytest.mark.parametrize(
    "place", [(91, 0, 500), (0, 181, 500), (0, 0, 0), (0, 0, float("nan")), (float("nan"), 0, 500)]
)
def test_an_impossible_fence_is_refused(place: tuple[float, float, float]) -> None:
    """A centre off the Earth or a radius that is none raises."""
    with pytest.raises(ValueError, match="no such fence"):
        Fence(*place)


# What phones say in place of an access point, and addresses of groups.
PLACEHOLDERS = ("020000000000", "000000000000", "ffffffffffff", "01005e000001")


@pytest.mark.parametrize(
    ("listed", "bssid", "seen"),
    [
        (frozenset(), b"\x04" * 6, NO_LIST),
        (frozenset({b"\x04" * 6}), b"\x04" * 6, LISTED),
        (frozenset({b"\x04" * 6}), b"\x02" * 6, MISMATCH),
        (frozenset({b"\x04" * 6}), b"", UNSEEN),
        *((frozenset({b"\x04" * 6}), bytes.fromhex(told), UNSEEN) for told in PLACEHOLDERS),
    ],
)
def test_sightings(listed: frozenset[bytes], bssid: bytes, seen: Sighting) -> None:
    """A BSSID is listed, another one, or missing; without a list it says nothing."""
    assert sighting(listed, bssid) is seen

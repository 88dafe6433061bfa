"""What proves a place: a circle on the Earth, with the accuracy that the phone claims, and access points.

Everything is GCJ-02; mixed with WGS-84 it would be 265 to 621 m wrong in Chinese cities.
"""

from collections.abc import Set
from enum import IntEnum
from math import asin, cos, inf, radians, sin, sqrt

from domainkit.access_points import is_access_point

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth. Source: IUGG, GRS 80."""

ACCURACY_BELIEVED_M = 100.0
"""A claimed inaccuracy excuses at most this much distance, so that claiming more never turns outside into anything."""


class Position(IntEnum):
    """What a location says about a fence."""

    UNFENCED = 0
    INSIDE = 1
    OUTSIDE = 2
    UNCERTAIN = 3
    MISSING = 4


class Fence:
    """A circle on the Earth.

    Args:
        latitude: Degrees of its centre.
        longitude: Degrees of its centre.
        radius_m: Above zero.

    Raises:
        ValueError: The centre or the radius is impossible.
    """

    __slots__ = ("_cosine", "_latitude", "_longitude", "radius_m")

    def __init__(self, latitude: float, longitude: float, radius_m: float) -> None:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and 0 < radius_m < inf):
            raise ValueError(f"no such fence: {latitude}, {longitude}, {radius_m} m")
        self._latitude = radians(latitude)
        self._longitude = radians(longitude)
        self._cosine = cos(self._latitude)
        self.radius_m = radius_m

    def distance_m(self, latitude: float, longitude: float) -> float:
        """Great-circle distance of a point from the centre.

        Source: the haversine formula, exact enough at any distance (R. W. Sinnott, Sky and Telescope 68, 1984).

        Raises:
            ValueError: An infinite coordinate.
        """
        there = radians(latitude)
        north = sin((there - self._latitude) / 2)
        east = sin((radians(longitude) - self._longitude) / 2)
        chord = north * north + self._cosine * cos(there) * east * east
        return 2 * EARTH_RADIUS_M * asin(sqrt(min(chord, 1.0)))

    def position(self, distance_m: float, accuracy_m: float) -> Position:
        """What a distance proves; a larger inaccuracy can only make it uncertain.

        Args:
            accuracy_m: Radius in which the phone believes to be; 0 or less: it does not say, which proves nothing but
                that it is far away.
        """
        if accuracy_m <= 0:
            accuracy_m = inf
        if distance_m + accuracy_m <= self.radius_m:
            return Position.INSIDE
        if distance_m - min(accuracy_m, ACCURACY_BELIEVED_M) > self.radius_m:
            return Position.OUTSIDE
        return Position.UNCERTAIN


class Sighting(IntEnum):
    """What a BSSID says about a list."""

    UNLISTED_PLACE = 0
    LISTED = 1
    MISMATCH = 2
    MISSING = 3


def sighting(listed: Set[bytes], bssid: bytes) -> Sighting:
    """What the phone's BSSID proves.

    Args:
        listed: 6 bytes each; empty when the place has no list.
        bssid: Empty when the phone sent none; a placeholder counts as none.
    """
    if not listed:
        return Sighting.UNLISTED_PLACE
    if not is_access_point(bssid):
        return Sighting.MISSING
    return Sighting.LISTED if bssid in listed else Sighting.MISMATCH

"""Wi-Fi: whether the phone sees an access point that the organiser listed."""

from collections.abc import Set
from enum import IntEnum


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
        bssid: Empty when the phone sent none.
    """
    if not listed:
        return Sighting.UNLISTED_PLACE
    if not bssid:
        return Sighting.MISSING
    return Sighting.LISTED if bssid in listed else Sighting.MISMATCH

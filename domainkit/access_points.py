"""Access points by their BSSID, and which of them say anything of a place."""

BSSID_BYTES = 6

# What Android and iOS say in place of a BSSID that they may not tell, none at all, and everybody.
_PLACEHOLDERS = frozenset({bytes.fromhex("020000000000"), bytes(BSSID_BYTES), b"\xff" * BSSID_BYTES})
_GROUP_BIT = 1


def is_access_point(bssid: bytes) -> bool:
    """Whether an access point may have it: no placeholder of a phone, no broadcast or multicast address.

    The bit of local administration alone means nothing: real access points have it too.

    Source: IEEE 802-2014, section 8.2.
    """
    return len(bssid) == BSSID_BYTES and not bssid[0] & _GROUP_BIT and bssid not in _PLACEHOLDERS

"""What an NFC tag of an activity says, and what its chip is given: texts, keys and the file that is written. Pure.

A tag's URL ends in `/n/` and base64url without padding of tag_id 16 | activity_id 16 | first 12 bytes of
HMAC-SHA256(key, the 32 bytes before). A SUN tag adds `?e=` and `&c=`, what its chip mirrors (`domainkit/sun.py`). A
phone presents the text alone, or text, e and c with dots between them. `tests/vectors/nfc_tags.json` has examples.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from typing import NamedTuple

from domainkit import sun
from domainkit.sun import SunKeys
from servicekit.keyring import derive_key

PATH = "/n/"

_PURPOSE = "nfc-tag.v1"
_SAID_BYTES = 32
# The letters of a text that hold 120 of the 128 bits of its activity_id, and no bit of anything else.
_ACTIVITY = slice(22, 42)
_PROOF_BYTES = 12
_TOKEN = re.compile(
    rf"([A-Za-z0-9_-]{{59}})(?:\.([0-9A-Fa-f]{{{2 * sun.PICC_BYTES}}})\.([0-9A-Fa-f]{{{2 * sun.PROOF_BYTES}}}))?"
)
# NFC Forum URI record type definition, table 3.
_PREFIXES = ("http://www.", "https://www.", "http://", "https://")
# Two bytes of length, then of the record: header, length of its type, length of its payload in one byte or in four,
# its type, and of the payload the code of the prefix. Source: NFC Forum NDEF 1.0, section 3.2.
_SHORT_HEAD_BYTES, _LONG_HEAD_BYTES = 7, 10
_LONGEST_SHORT = 255


class TagUnknownError(Exception):
    """A text that no tag of ours says."""


class Touch(NamedTuple):
    """A touch that only a tag of ours can have answered.

    Attributes:
        counter: Of a SUN tag how often it was read; None where the text is all that was presented.
    """

    tag_id: bytes
    activity_id: bytes
    counter: int | None


@dataclass(frozen=True, slots=True)
class SunFile:
    """What is written to a SUN tag, and where its chip puts what it mirrors: bytes from the beginning of its file."""

    url: str
    picc_offset: int
    mac_offset: int


class TagKeys:
    """The keys of all tags.

    Args:
        secrets: Master secrets, as of `servicekit.keyring.parse_secrets`: the first makes tags, all read them.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._roots = [derive_key(master, _PURPOSE) for master in secrets.values()]

    def text(self, tag_id: bytes, activity_id: bytes) -> str:
        """What the URL of a new tag ends in."""
        said = tag_id + activity_id
        return base64.urlsafe_b64encode(said + _proof(self._roots[0], said)).rstrip(b"=").decode()

    def sun(self, tag_id: bytes) -> SunKeys:
        """The keys of a new SUN tag."""
        return _sun_keys(self._roots[0], tag_id)

    def read(self, token: str) -> Touch:
        """What a phone presents of a touch.

        Raises:
            TagUnknownError: No tag of ours said that.
        """
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise TagUnknownError
        text, picc, proof = found.groups()
        said, root = self._opened(text)
        touch = Touch(said[:16], said[16:], None)
        if picc is None:
            return touch
        reading = sun.read(_sun_keys(root, touch.tag_id), bytes.fromhex(picc), bytes.fromhex(proof))
        if reading is None:
            raise TagUnknownError
        return touch._replace(counter=reading.counter)

    def _opened(self, text: str) -> tuple[bytes, bytes]:
        """What a text says, strictly, and the root of its proof."""
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            raise TagUnknownError from None
        said, proof = packed[:_SAID_BYTES], packed[_SAID_BYTES:]
        if base64.urlsafe_b64encode(packed).rstrip(b"=").decode() != text:
            raise TagUnknownError
        for root in self._roots:
            if hmac.compare_digest(_proof(root, said), proof):
                return said, root
        raise TagUnknownError


def link_of(public_url: str, token: str) -> str:
    """The URL of which a phone read this; empty for what has not its form. Whether it is of ours is not looked at."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return ""
    text, picc, proof = found.groups()
    return public_url + PATH + text + (f"?e={picc}&c={proof}" if picc else "")


def is_text_alone(token: str) -> bool:
    """Whether a phone presents what a static tag says to everybody."""
    return "." not in token


def party_of(token: str) -> str:
    """What of a token is the same at all tags of an activity and at no other's; nothing of it is proven."""
    return token[_ACTIVITY]


def sun_file(url: str) -> SunFile:
    """How a SUN tag is written whose URL is this, before what its chip mirrors."""
    with_picc = f"{url}?e="
    with_mac = f"{with_picc}{'0' * 2 * sun.PICC_BYTES}&c="
    whole = with_mac + "0" * 2 * sun.PROOF_BYTES
    prefix = next((each for each in _PREFIXES if url.startswith(each)), "")
    is_short = 1 + len(whole) - len(prefix) <= _LONGEST_SHORT
    before = (_SHORT_HEAD_BYTES if is_short else _LONG_HEAD_BYTES) - len(prefix)
    return SunFile(whole, before + len(with_picc), before + len(with_mac))


def _proof(root: bytes, said: bytes) -> bytes:
    return hmac.digest(root, b"text|" + said, "sha256")[:_PROOF_BYTES]


def _sun_keys(root: bytes, tag_id: bytes) -> SunKeys:
    made = hmac.digest(root, b"sun|" + tag_id, "sha256")
    return SunKeys(made[: sun.KEY_BYTES], made[sun.KEY_BYTES :])

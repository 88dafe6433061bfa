"""The personal code: a QR by which a person shows at one activity who they are, drawn without a network. Pure.

Wire form: "QDP1" and base64url without padding of user_id 16 | last 4 bytes of activity_id | issued_at 4 | nonce 4 |
first 12 bytes of HMAC-SHA256(activity key, the 28 bytes before). Times are in seconds, big-endian; a nonce is random.

The phone has its person's keys of this period and the next, and derives the activity's of them; a phone at the door has
those of the activity alone, with which nothing can be shown at another. The mini-program has a twin of what needs no
secret of ours; `tests/vectors/person_codes.json` holds both to the same.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from servicekit.clock import SECOND_US
from servicekit.errors import FieldError, InvalidArgumentError
from servicekit.keyring import derive_key

LIFE_S = 30
GRACE_S = 5
# How far ahead of the server's clock a code may seem to be.
FUTURE_US = 5 * SECOND_US
PERIOD_S = 30 * 24 * 3600
PREFIX = "QDP1"

_PURPOSE = "person-code.v1"
_SAID = struct.Struct(">16s4sI4s")
_PROOF_BYTES = 12


_CURES = {
    "PERSON_CODE_MALFORMED": "is no personal code; scan the one on the person's phone",
    "PERSON_CODE_FOREIGN": "was made for another activity; ask for the code of this one",
    "PERSON_CODE_SIGNATURE": "was changed, or made by somebody else; ask the person to open their code anew",
    "PERSON_CODE_EXPIRED": "is over; scan the one that is shown now",
    "PERSON_CODE_FUTURE": "is not valid yet; the clock of the person's phone is ahead",
    "PERSON_CODE_USED": "was used before; scan the one that is shown now",
}


class PersonCodeError(InvalidArgumentError):
    """A text by which nobody can be believed to have shown themselves here and now.

    Args:
        reason: PERSON_CODE_MALFORMED: it is something else; PERSON_CODE_FOREIGN: it was made for another activity;
            PERSON_CODE_SIGNATURE: somebody else made or changed it; else as `fault`, or that it was used before.
    """

    def __init__(self, reason: str) -> None:
        cure = _CURES[reason]
        super().__init__(f"person_token: {cure}", fields=[FieldError("person_token", cure)], reason=reason)


@dataclass(frozen=True, slots=True)
class PersonCode:
    """What a code says, which is nothing until `PersonKeys.verify`. `issued_at` in seconds."""

    user_id: bytes
    activity_tail: bytes
    issued_at: int
    nonce: bytes
    proof: bytes

    @property
    def said(self) -> bytes:
        """What the proof is of."""
        return _SAID.pack(self.user_id, self.activity_tail, self.issued_at, self.nonce)


@dataclass(frozen=True, slots=True)
class PersonKey:
    """By which a person's codes that are issued in a span of seconds are made."""

    key: bytes
    valid_from: int
    valid_until: int


class PersonKeys:
    """The keys of everybody, by period.

    Args:
        secrets: Master secrets, as of `servicekit.keyring.parse_secrets`: the first makes keys, all verify.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._roots = [derive_key(master, _PURPOSE) for master in secrets.values()]

    def of(self, user_id: bytes, at: int) -> list[PersonKey]:
        """A person's own, for the period of a moment (seconds) and the one after it."""
        period = at // PERIOD_S
        return [
            PersonKey(_person_key(self._roots[0], user_id, number), number * PERIOD_S, (number + 1) * PERIOD_S)
            for number in (period, period + 1)
        ]

    def at_activity(self, user_id: bytes, activity_id: bytes, since: int, until: int) -> list[bytes]:
        """By which codes that a person shows at an activity between two moments (seconds) verify, newest first."""
        periods = range(until // PERIOD_S, since // PERIOD_S - 1, -1)
        return [
            activity_key(_person_key(root, user_id, period), activity_id) for period in periods for root in self._roots
        ]

    def verify(self, code: PersonCode, activity_id: bytes) -> None:
        """Returns when the person made the code for the activity; whether it is good now is for `fault`.

        Raises:
            PersonCodeError: It was made for another activity, or by somebody else.
        """
        require_proof(code, activity_id, self.at_activity(code.user_id, activity_id, code.issued_at, code.issued_at))


def activity_key(person_key: bytes, activity_id: bytes) -> bytes:
    """By which a person's codes for one activity are made."""
    return hmac.digest(person_key, b"activity|" + activity_id, "sha256")


def draw(key: bytes, user_id: bytes, activity_id: bytes, issued_at: int, nonce: bytes) -> str:
    """A code, as a phone draws it.

    Args:
        key: Of the activity.
        issued_at: Seconds.
        nonce: 4 random bytes.
    """
    said = _SAID.pack(user_id, activity_id[-4:], issued_at, nonce)
    return PREFIX + base64.urlsafe_b64encode(said + _proof(key, said)).rstrip(b"=").decode()


def parse(text: str) -> PersonCode:
    """What a code says, strictly: the text must be what encoding it again gives.

    Raises:
        PersonCodeError: It is no such code.
    """
    body = text.removeprefix(PREFIX)
    try:
        packed = base64.b64decode(body.encode() + b"=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise PersonCodeError("PERSON_CODE_MALFORMED") from None
    if PREFIX + base64.urlsafe_b64encode(packed).rstrip(b"=").decode() != text:
        raise PersonCodeError("PERSON_CODE_MALFORMED")
    if len(packed) != _SAID.size + _PROOF_BYTES:
        raise PersonCodeError("PERSON_CODE_MALFORMED")
    user_id, activity_tail, issued_at, nonce = _SAID.unpack(packed[: _SAID.size])
    return PersonCode(user_id, activity_tail, issued_at, nonce, proof=packed[_SAID.size :])


def require_proof(code: PersonCode, activity_id: bytes, keys: Iterable[bytes]) -> None:
    """Returns when a code was made for an activity with one of its keys for the person.

    Raises:
        PersonCodeError: It was made for another activity, or by somebody else.
    """
    if code.activity_tail != activity_id[-4:]:
        raise PersonCodeError("PERSON_CODE_FOREIGN")
    if not any(hmac.compare_digest(_proof(key, code.said), code.proof) for key in keys):
        raise PersonCodeError("PERSON_CODE_SIGNATURE")


def fault(code: PersonCode, at: int) -> tuple[str, dict[str, float]] | None:
    """Why a code is not, or no longer, good at a moment (microseconds): a reason of the vocabulary with its numbers."""
    issued_at = code.issued_at * SECOND_US
    if at < issued_at - FUTURE_US:
        return "PERSON_CODE_FUTURE", {"ahead_s": (issued_at - at) // SECOND_US}
    end = issued_at + (LIFE_S + GRACE_S) * SECOND_US
    if at > end:
        return "PERSON_CODE_EXPIRED", {"expired_since_s": (at - end) // SECOND_US}
    return None


def _person_key(root: bytes, user_id: bytes, period: int) -> bytes:
    return hmac.digest(root, b"person|" + user_id + period.to_bytes(4, "big"), "sha256")


def _proof(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_PROOF_BYTES]

"""What the QR of a proof says: of whom and what it is, and how much of it, signed. Pure.

Wire form: base64url without padding of key id 1 | activity_id 16 | user_id 16 | from 4 | until 4 | sessions 2 |
minutes 2 | first 12 bytes of HMAC-SHA256 over all before. Times are minutes since 1970, big-endian; from 0 is open.
The key is derived of the secret of exports for this alone. Nothing of it is stored, and nobody can make or guess one:
2^96 tries for each.
"""

import base64
import binascii
import hmac
import struct
from typing import NamedTuple

from servicekit.errors import NotFoundError
from servicekit.keyring import derive_key
from services.reporting.domain import MINUTE_US

_PURPOSE = "proof.v1"
_SAID = struct.Struct(">B16s16sIIHH")
_MAC_BYTES = 12
_MOST = 2**16 - 1


class ProofUnknownError(NotFoundError):
    """A token that none of our keys made; what it is of is not told either."""

    reason = "PROOF_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("this is no proof of ours; scan the QR on the paper again")


class Claim(NamedTuple):
    """What a proof attests.

    Attributes:
        user_id: Who it is: the user, or the entry of a roster while nobody knows whom that is.
        from_at, until: Of occurrences that opened meanwhile, microseconds since 1970 UTC; from 0: since ever.
        sessions: To how many of them they came.
        minutes: For how long they were there, where they left too.
    """

    activity_id: bytes
    user_id: bytes
    from_at: int
    until: int
    sessions: int
    minutes: int


class ProofKeys:
    """Signs and reads tokens.

    Args:
        secrets: From `servicekit.keyring.parse_secrets`; the first signs, all are believed.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._keys = {key_id: derive_key(master, _PURPOSE) for key_id, master in secrets.items()}
        self._first = next(iter(secrets))

    def token(self, claim: Claim) -> str:
        """The token of a proof; times are cut to the minute."""
        said = _SAID.pack(
            self._first,
            claim.activity_id,
            claim.user_id,
            claim.from_at // MINUTE_US,
            claim.until // MINUTE_US,
            min(claim.sessions, _MOST),
            min(claim.minutes, _MOST),
        )
        mac = hmac.digest(self._keys[self._first], said, "sha256")[:_MAC_BYTES]
        return base64.urlsafe_b64encode(said + mac).rstrip(b"=").decode()

    def claim(self, token: str) -> Claim:
        """What a token attests; raises ProofUnknownError."""
        try:
            packed = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error, ValueError):
            raise ProofUnknownError from None
        said, mac = packed[: _SAID.size], packed[_SAID.size :]
        key = self._keys.get(packed[0]) if len(packed) == _SAID.size + _MAC_BYTES else None
        if key is None or not hmac.compare_digest(hmac.digest(key, said, "sha256")[:_MAC_BYTES], mac):
            raise ProofUnknownError
        _, activity_id, user_id, from_min, until_min, sessions, minutes = _SAID.unpack(said)
        return Claim(activity_id, user_id, from_min * MINUTE_US, until_min * MINUTE_US, sessions, minutes)

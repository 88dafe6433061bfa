"""Master secrets by key id, and the keys that are derived of them.

Several masters overlap on rotation: the first seals, all open.
"""

import re

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SECRET = re.compile(r"([0-9]{1,3}):([0-9A-Fa-f]{64})")
# Of 32 random bytes fewer are different once in 10^40 times.
_LEAST_DIFFERENT = 8


def parse_secrets(text: str) -> dict[int, bytes]:
    """Master secrets by key id, in the order given (the first one seals).

    Args:
        text: `<id 1-255>:<64 hex>[,<id>:<64 hex>...]`.

    Raises:
        ValueError: Not of that form, an id twice, or a secret that anybody would guess. It never shows the text.
    """
    secrets: dict[int, bytes] = {}
    for number, part in enumerate(text.split(","), 1):
        match = _SECRET.fullmatch(part.strip())
        if not match or not 1 <= int(match[1]) <= 255:
            raise ValueError(f"part {number} is not <key id 1-255>:<64 hex digits>; they are parted by commas")
        key_id, secret = int(match[1]), bytes.fromhex(match[2])
        if len(set(secret)) < _LEAST_DIFFERENT:
            raise ValueError(f"the secret of key {key_id} is not random; `openssl rand -hex 32` makes one")
        if key_id in secrets:
            raise ValueError(f"names key {key_id} twice; every secret has an id of its own")
        secrets[key_id] = secret
    return secrets


def derive_key(master: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose.

    Source: RFC 5869.
    """
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(master)

"""Access tokens are signed here, and the key set with which everybody verifies them.

Source: RFC 7515 and 7518 (ES256), RFC 7638 (key ids), RFC 9068 (`at+jwt`).
"""

import base64
import re
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.tokens import AUDIENCE, ISSUER, MEDIA_TYPE
from services.identity.domain import ACCESS_LIFE_S

_ES256 = ec.ECDSA(SHA256())
_COORDINATE_BYTES = 32
_PEM_BLOCK = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class Signer:
    """Signs with the first key; the others are published so that a rotation surprises nobody.

    Args:
        keys: At least two P-256 keys.
    """

    def __init__(self, *keys: ec.EllipticCurvePrivateKey) -> None:
        jwks = [_jwk(key.public_key()) for key in keys]
        self._key = keys[0]
        self._head = _encode(msgspec.json.encode({"alg": "ES256", "typ": MEDIA_TYPE, "kid": jwks[0]["kid"]})) + b"."
        self.jwks = msgspec.json.encode({"keys": jwks}).decode()

    @classmethod
    def from_pem(cls, pem: bytes) -> "Signer":
        """The signer of a file with several PEM blocks.

        Raises:
            ValueError: Fewer than two keys, one key twice, or a key that is not P-256.
        """
        keys = [load_pem_private_key(block, None) for block in _PEM_BLOCK.findall(pem)]
        fitting = [key for key in keys if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1"]
        if len({key.private_numbers().private_value for key in fitting}) < 2 or len(fitting) != len(keys):
            raise ValueError("must hold two different P-256 private keys in PEM")
        return cls(*fitting)

    def sign(self, user_id: bytes, session_id: bytes, now_us: int, life_s: int = ACCESS_LIFE_S) -> str:
        """An access token, valid for `life_s`."""
        issued_at = now_us // SECOND_US
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": ids.to_text(user_id),
            "sid": ids.to_text(session_id),
            "exp": issued_at + life_s,
            "iat": issued_at,
        }
        signed = self._head + _encode(msgspec.json.encode(claims))
        r, s = decode_dss_signature(self._key.sign(signed, _ES256))
        return (signed + b"." + _encode(_to_bytes(r) + _to_bytes(s))).decode()


def _jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = key.public_numbers()
    x, y = (_encode(_to_bytes(coordinate)).decode() for coordinate in (point.x, point.y))
    required = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    key_id = _encode(sha256(msgspec.json.encode(required)).digest()).decode()
    return required | {"kid": key_id, "alg": "ES256", "use": "sig"}


def _to_bytes(number: int) -> bytes:
    return number.to_bytes(_COORDINATE_BYTES, "big")


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")

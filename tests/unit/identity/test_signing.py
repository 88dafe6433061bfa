"""Our access tokens and key set are what the RFCs say, as PyJWT reads them."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from servicekit import ids
from servicekit.clock import now_us
from services.identity.server import own_verifier
from services.identity.signing import Signer

USER, SESSION = ids.new_id(), ids.new_id()


def new_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A private key, P-256 unless said otherwise."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def pem(*keys: ec.EllipticCurvePrivateKey) -> bytes:
    """A file of private keys."""
    return b"".join(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for key in keys)


def test_pyjwt_verifies_our_tokens_with_our_key_set() -> None:
    """Header and claims are complete, and the life is seven days."""
    signer = Signer.from_pem(pem(new_key(), new_key()))
    token = signer.sign(USER, SESSION, now_us())

    header = jwt.get_unverified_header(token)
    keys = jwt.PyJWKSet.from_json(signer.jwks)
    claims = jwt.decode(token, keys[header["kid"]], algorithms=["ES256"], audience="qiandao", issuer="qiandao")

    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": keys.keys[0].key_id}
    assert (claims["sub"], claims["sid"]) == (ids.to_text(USER), ids.to_text(SESSION))
    assert claims["exp"] - claims["iat"] == 7 * 24 * 3600
    assert set(claims) == {"iss", "aud", "sub", "sid", "exp", "iat"}


async def test_services_verify_our_tokens() -> None:
    """The verifier of every service believes them."""
    signer = Signer.from_pem(pem(new_key(), new_key()))

    claims = await own_verifier(signer).verify(signer.sign(USER, SESSION, now_us()))

    assert (claims.user_id, claims.session_id) == (USER, SESSION)
    assert claims.expires_at > time.time()


async def test_a_rotation_surprises_nobody() -> None:
    """Tokens of either key verify with the key set of either order."""
    first, second = new_key(), new_key()
    before, after = Signer.from_pem(pem(first, second)), Signer.from_pem(pem(second, first))

    for signing, verifying in ((before, after), (after, before)):
        assert await own_verifier(verifying).verify(signing.sign(USER, SESSION, now_us()))


def test_the_key_set_tells_no_secret() -> None:
    """Both keys are published, by their public coordinates only."""
    keys = json.loads(Signer(new_key(), new_key()).jwks)["keys"]

    assert len({key["kid"] for key in keys}) == 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys)


SAME = new_key()


@pytest.mark.parametrize("file", [b"", b"junk", pem(SAME), pem(SAME, SAME), pem(SAME, new_key(ec.SECP384R1()))])
def test_a_file_without_two_fitting_keys_is_refused(file: bytes) -> None:
    """One key leaves no way to rotate without signing people out."""
    with pytest.raises(ValueError, match="two different P-256"):
        Signer.from_pem(file)

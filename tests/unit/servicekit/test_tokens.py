"""The verifier judges as PyJWT does on a corpus of forged tokens, and forgives less."""

import asyncio
import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm
from jwt.types import Options

from servicekit import ids
from servicekit.errors import UnauthenticatedError, UnavailableError
from servicekit.tokens import AUDIENCE, ISSUER, MEDIA_TYPE, TokenVerifier

KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
JWKS = json.dumps({"keys": [ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k1"}]})
USER, SESSION, OTHER = ids.new_id(), ids.new_id(), ids.new_id()
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": ids.to_text(USER), "sid": ids.to_text(SESSION)}
HEADER = {"typ": MEDIA_TYPE, "kid": "k1"}
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def token(*, key: ec.EllipticCurvePrivateKey = KEY, header: dict[str, str] = HEADER, **claims: object) -> str:
    """A token as PyJWT signs it; a claim of None is left out."""
    payload = {**CLAIMS, "exp": int(time.time()) + 3600, **claims}
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, key, algorithm="ES256", headers=header)


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_otherwise(algorithm: str, secret: bytes | None = None) -> str:
    """A token without signature, or with an HMAC under a key that is not secret."""
    header = encode(json.dumps({**HEADER, "alg": algorithm}).encode())
    signed = f"{header}.{token().split('.')[1]}"
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), sha256)) if secret else ''}"


def with_part(index: int, change: str) -> str:
    """A good token whose header, payload or signature is `change`."""
    parts = token().split(".")
    parts[index] = change
    return ".".join(parts)


def last_bits_changed(text: str) -> str:
    """The same bytes, spelt differently: the unused bits of the last character are set."""
    return text[:-1] + BASE64URL[BASE64URL.index(text[-1]) | 1]


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def signed_as(**header: object) -> str:
    """A token of ours whose header says more, also what PyJWT would not write."""
    head = encode(json.dumps({**HEADER, "alg": "ES256", **header}).encode())
    signed = f"{head}.{token().split('.')[1]}".encode()
    return f"{signed.decode()}.{encode(ECAlgorithm(ECAlgorithm.SHA256).sign(signed, KEY))}"


FORGED = {
    "alg none": signed_otherwise("none"),
    "alg None": signed_otherwise("None"),
    "HS256 with the public key as PEM": signed_otherwise("HS256", PUBLIC_PEM),
    "HS256 with the public point": signed_otherwise("HS256", PUBLIC_POINT),
    "alg renamed": with_part(0, encode(json.dumps({**HEADER, "alg": "ES384"}).encode())),
    "another's key under our kid": token(key=OTHER_KEY),
    "unknown kid": token(header={**HEADER, "kid": "k2"}),
    "no kid": token(header={"typ": MEDIA_TYPE}),
    "wrong typ": token(header={**HEADER, "typ": "JWT"}),
    "expired": token(exp=int(time.time()) - 1),
    "no exp": token(exp=None),
    "exp is text": token(exp="tomorrow"),
    "not before tomorrow": token(nbf=int(time.time()) + 86_400),
    "nbf is text": token(nbf="tomorrow"),
    "an unknown extension": signed_as(crit=["urn:example:bound"], **{"urn:example:bound": "x"}),
    "an empty list of extensions": signed_as(crit=[]),
    "extensions that are null": signed_as(crit=None),
    "extensions that are text": signed_as(crit="exp"),
    "a payload that is not encoded": signed_as(b64=False, crit=["b64"]),
    "a payload that is not encoded, silently": signed_as(b64=False),
    "wrong aud": token(aud="somebody"),
    "no aud": token(aud=None),
    "wrong iss": token(iss="somebody"),
    "no iss": token(iss=None),
    "no sub": token(sub=None),
    "truncated": token()[:-4],
    "without signature": token().rpartition(".")[0],
    "empty signature": with_part(2, ""),
    "zero signature": with_part(2, encode(bytes(64))),
    "long signature": with_part(2, encode(bytes(65))),
    "signature respelt": last_bits_changed(token()),
    "two tokens": token() + "." + token(),
    "payload of another": with_part(1, token(sub=ids.to_text(ids.new_id())).split(".")[1]),
    "payload not JSON": with_part(1, encode(b"{")),
    "header not JSON": with_part(0, encode(b"[]")),
    "empty": "",
    "dots": "..",
    "not ASCII": token() + "签",
}


async def fetch_jwks() -> str:
    """The key set, as identity gives it."""
    return JWKS


async def verifies(text: str, revoked: frozenset[bytes] = frozenset()) -> bool:
    """Whether our verifier believes it."""
    verifier = TokenVerifier(fetch_jwks)
    verifier.revoked = revoked
    try:
        await verifier.verify(text)
    except UnauthenticatedError:
        return False
    return True


def pyjwt_verifies(text: str) -> bool:
    """Whether PyJWT believes it; key id and type are the caller's business there."""
    try:
        header = jwt.get_unverified_header(text)
        if header.get("kid") != "k1" or header.get("typ") != MEDIA_TYPE:
            return False
        required: Options = {"require": ["exp", "sub", "iss", "aud"]}
        public_key = KEY.public_key()
        jwt.decode(text, public_key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER, options=required)
    except (jwt.InvalidTokenError, UnicodeError):
        return False
    return True


async def test_a_good_token_is_believed() -> None:
    """Both verifiers agree on what is right, too."""
    for good in (token(), token(nbf=int(time.time()) - 1), signed_as(cty="x")):
        assert await verifies(good)
        assert pyjwt_verifies(good)


@pytest.mark.parametrize("name", FORGED)
async def test_forged_tokens_are_refused_as_pyjwt_refuses_them(name: str) -> None:
    """Neither verifier believes any of the corpus."""
    assert not pyjwt_verifies(FORGED[name])
    assert not await verifies(FORGED[name])


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("padding", ["=", "==", " ", "\n"])
async def test_a_padded_part_is_refused(index: int, padding: str) -> None:
    """base64url in a token has no padding, also where PyJWT forgives it, so that a token has one spelling."""
    assert not await verifies(with_part(index, token().split(".")[index] + padding))


@pytest.mark.parametrize("claims", [{"sid": None}, {"sid": "x"}, {"sub": "x"}, {"sub": ids.to_text(USER).upper()}])
async def test_ids_are_canonical(claims: dict[str, Any]) -> None:
    """A token whose person or session is not one of our ids is refused."""
    assert not await verifies(token(**claims))


async def test_a_revoked_session_is_refused() -> None:
    """The token is right, but its session is over."""
    assert not await verifies(token(), revoked=frozenset([SESSION]))


async def test_revocation_ends_a_token_that_is_remembered() -> None:
    """What was verified before is asked about again."""
    verifier, good = TokenVerifier(fetch_jwks), token()
    await verifier.verify(good)
    verifier.revoked = frozenset([SESSION])

    with pytest.raises(UnauthenticatedError) as refusal:
        await verifier.verify(good)
    assert refusal.value.reason == "SESSION_REVOKED"


async def test_a_reading_forgets_nothing_that_happened_meanwhile() -> None:
    """A session revoked while the list was on its way stays revoked; the next list has it, or it is over for good."""
    verifier = TokenVerifier(fetch_jwks)

    async def somebody_signs_out() -> list[bytes]:
        """A list from before that."""
        verifier.revoke(SESSION)
        return [OTHER]

    async def all_is_long_ago() -> list[bytes]:
        """A list without sessions whose last token has expired."""
        return []

    await verifier.learn_revoked(somebody_signs_out)
    assert verifier.revoked == {SESSION, OTHER}
    await verifier.learn_revoked(all_is_long_ago)
    assert verifier.revoked == frozenset()


async def test_without_keys_nobody_can_tell() -> None:
    """A verifier that never saw a key set answers UNAVAILABLE, never UNAUTHENTICATED."""

    async def gone() -> str:
        """Fails."""
        raise UnavailableError("identity is gone")

    with pytest.raises(UnavailableError):
        await TokenVerifier(gone).verify(token())


async def test_keys_are_learnt_before_anybody_asks() -> None:
    """Also where identity answers only when it is asked again."""
    refusals = [UnavailableError("identity is gone")]

    async def back_again() -> str:
        """Fails once."""
        if refusals:
            raise refusals.pop()
        return JWKS

    verifier = TokenVerifier(back_again)
    await verifier.learn_keys(30)
    assert verifier.has_keys and not refusals


async def test_who_learns_keys_waits_only_so_long() -> None:
    """For an identity that hangs, too."""

    async def hangs() -> str:
        """Never answers."""
        await asyncio.Event().wait()
        return JWKS

    verifier = TokenVerifier(hangs)
    await asyncio.wait_for(verifier.learn_keys(0.01), 30)
    assert not verifier.has_keys


async def test_unknown_key_ids_do_not_hammer_identity() -> None:
    """One fetch serves every token with an unknown key id for half a minute."""
    fetches: list[int] = []

    async def counted() -> str:
        """The key set, counting how often it is asked for."""
        fetches.append(1)
        return JWKS

    verifier = TokenVerifier(counted)
    for number in range(5):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(token(header={**HEADER, "kid": f"unknown {number}"}))
    assert len(fetches) == 1


GOOD = token()


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(BASE64URL + ".=+/ "))
async def test_no_character_of_a_token_can_be_changed(position: int, character: str) -> None:
    """Any single substitution breaks it."""
    changed = GOOD[:position] + character + GOOD[position + 1 :]

    assert await verifies(changed) == (changed == GOOD)

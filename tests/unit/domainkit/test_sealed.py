"""What is sealed opens for its purpose, under its keys, bound to its owner, letter for letter, and in no other way."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.sealed import KeyMissingError, SealBrokenError, SealedTextError, Sealer
from protos.credential.v1.credential_pb2 import Evidence, QrToken, Receipt
from servicekit.keyring import parse_secrets

OLD, NEW = {1: b"a" * 32}, {2: b"b" * 32}
QR = Sealer(QrToken, OLD)
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

tokens = st.builds(
    QrToken,
    occurrence_id=st.binary(min_size=16, max_size=16),
    issued_at=st.integers(0, 2**32 - 1),
    life_s=st.integers(0, 2**16 - 1),
    epoch=st.integers(0, 2**32 - 1),
)
evidence = st.builds(
    Evidence, has_location=st.booleans(), latitude=st.floats(-90, 90), ssid=st.text(max_size=32), code=st.text()
)


def opens(text: str, sealer: "Sealer[QrToken]" = QR) -> bool:
    """Whether it opens; an error of any other kind than the two that are promised is an error of the test."""
    try:
        sealer.open_text(text)
    except (SealedTextError, SealBrokenError):
        return False
    return True


@given(tokens)
def test_a_token_opens_as_what_was_sealed(token: QrToken) -> None:
    """Every field survives, in 75 characters that are different each time."""
    texts = {QR.seal_text(token) for _ in range(2)}
    assert [len(text) for text in texts] == [75, 75]
    assert all(QR.open_text(text) == token for text in texts)


@given(evidence, st.binary(max_size=40), st.binary(max_size=40))
def test_evidence_opens_for_its_owner_alone(message: Evidence, owner: bytes, other: bytes) -> None:
    """A message without a fixed layout survives too, and is nobody else's."""
    sealer = Sealer(Evidence, OLD)
    sealed = sealer.seal(message, owner)
    assert sealer.open(sealed, owner) == message
    if other != owner:
        with pytest.raises(SealBrokenError):
            sealer.open(sealed, other)


@given(tokens, st.integers(0, 74), st.sampled_from(BASE64URL + "=+/. \n签"))
def test_no_character_of_a_token_can_be_changed(token: QrToken, position: int, character: str) -> None:
    """Any single substitution breaks it, spellings of the same bytes included."""
    text = QR.seal_text(token)
    changed = text[:position] + character + text[position + 1 :]
    assert opens(changed) == (changed == text)


@given(tokens, st.text(max_size=4), st.integers(0, 75))
def test_nothing_can_be_added_to_a_token_or_taken_away(token: QrToken, more: str, kept: int) -> None:
    """Only the whole text opens."""
    text = QR.seal_text(token)
    assert opens(text + more) == (more == "")
    assert opens(text[:kept]) == (kept == len(text))


@given(st.text(max_size=120) | st.binary(max_size=90).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_nothing_else_opens(text: str) -> None:
    """Whatever is not sealed by us is refused with one of two errors."""
    assert not opens(text)


@given(tokens)
def test_a_key_may_be_replaced_while_its_tokens_live(token: QrToken) -> None:
    """The first key seals and every key opens; without the old one its tokens are worth nothing."""
    text = QR.seal_text(token)
    assert opens(text, Sealer(QrToken, NEW | OLD))
    assert not opens(text, Sealer(QrToken, NEW))
    assert not opens(Sealer(QrToken, NEW | OLD).seal_text(token))


def test_one_purpose_does_not_open_for_another() -> None:
    """A receipt is no QR, even if both were of one length."""
    receipt = Sealer(Receipt, OLD).seal(Receipt(user_id=bytes(16), attempt_id=bytes(16), body_hash=bytes(16)))
    with pytest.raises(SealedTextError):
        QR.open(receipt)
    with pytest.raises(SealBrokenError):
        Sealer(Evidence, OLD).open(receipt)


HEX = bytes(range(32)).hex()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        HEX,
        f"0:{HEX}",
        f"256:{HEX}",
        "1:00",
        f"x:{HEX}",
        f"+1:{HEX}",
        f"1:{HEX[:-2]}zz",
        f"1:{HEX},",
        f"1:{HEX},1:{HEX[::-1]}",
        f"1:{'00' * 32}",
        f"1:{'ab' * 32}",
        f"1:{HEX},2:{'00' * 32}",
    ],
)
def test_bad_secrets_are_refused_without_being_shown(text: str) -> None:
    """A secret is an id of its own from 1 to 255 and 32 random bytes; what is wrong is said, and none of the digits."""
    with pytest.raises(ValueError, match=r"key|part") as refused:
        parse_secrets(text)
    assert not any(digits in str(refused.value) for digits in (HEX, "00" * 16, "ab" * 16, HEX[:-2]))


def test_what_a_missing_key_sealed_says_which_key() -> None:
    """Whoever dropped a key too early has to know which one to bring back."""
    sealed = Sealer(Evidence, NEW).seal(Evidence(code="1"))
    with pytest.raises(KeyMissingError, match="key 2,"):
        Sealer(Evidence, OLD).open(sealed)

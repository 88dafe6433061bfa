"""What a QR says to whoever opens it."""

import pytest

from domainkit.credentials import QrFaultError, open_qr
from domainkit.qr import QrToken
from domainkit.sealed import Sealer
from protos.credential.v1 import credential_pb2

OURS = Sealer(credential_pb2.QrToken, {1: b"\x01" * 32})
OTHERS = Sealer(credential_pb2.QrToken, {1: b"\x02" * 32})
SHOWN = credential_pb2.QrToken(occurrence_id=b"o" * 16, issued_at=1_700_000_000, life_s=60, epoch=3)


def test_a_qr_of_ours_says_what_was_sealed() -> None:
    """Its occurrence, when it was issued, how long it lives and in which epoch."""
    assert open_qr(OURS, OURS.seal_text(SHOWN)) == QrToken(b"o" * 16, 1_700_000_000, 60, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://example.com", "QR_MALFORMED"),
        ("", "QR_MALFORMED"),
        (OTHERS.seal_text(SHOWN), "QR_SIGNATURE"),
        (Sealer(credential_pb2.QrToken, {9: b"\x01" * 32}).seal_text(SHOWN), "QR_SIGNATURE"),
    ],
    ids=["another text", "nothing", "another's", "a key that is not ours"],
)
def test_what_is_no_qr_of_ours_has_a_reason(text: str, reason: str) -> None:
    """The same for the gateway, the activity service and checkin."""
    with pytest.raises(QrFaultError) as caught:
        open_qr(OURS, text)
    assert caught.value.reason == reason

"""The id of a record, what a QR says and the evidence that is judged, the same whoever asks.

The checkin service does, and the gateway while checkin is gone.
"""

import hashlib

from domainkit.qr import QrToken
from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2
from protos.credential.v1 import credential_pb2


def checkin_id(user_id: bytes, attempt_id: bytes) -> bytes:
    """The id of an attempt's record: every path computes the same."""
    return hashlib.blake2b(user_id + attempt_id, digest_size=16).digest()


class QrFaultError(Exception):
    """A text that is no QR of ours.

    Attributes:
        reason: QR_MALFORMED: it is something else; QR_SIGNATURE: somebody else made or changed it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_qr(sealer: Sealer[credential_pb2.QrToken], text: str) -> QrToken:
    """What a QR says; whether it is good now is for `qr.fault`.

    Raises:
        QrFaultError: It says nothing.
    """
    try:
        token = sealer.open_text(text)
    except SealedTextError:
        raise QrFaultError("QR_MALFORMED") from None
    except SealBrokenError:
        raise QrFaultError("QR_SIGNATURE") from None
    return QrToken(token.occurrence_id, token.issued_at, token.life_s, token.epoch)


def evidence_binding(user_id: bytes, attempt_id: bytes) -> bytes:
    """What sealed evidence is bound to: a column's text moved to another row does not open."""
    return b"attempts|evidence|" + user_id + b"|" + attempt_id


def evidence_of(attempt: checkin_pb2.Attempt, slot_age_s: int) -> credential_pb2.Evidence:
    """What the phone showed of itself and its place, to be sealed.

    Args:
        slot_age_s: From a QR's issue to its scan's arrival; -1 for other methods.
    """
    evidence = credential_pb2.Evidence(
        device_id=attempt.device_id,
        claimed_at=attempt.claimed_at,
        token=attempt.token,
        code=attempt.code,
        slot_age_s=slot_age_s,
    )
    if attempt.HasField("location"):
        location = attempt.location
        evidence.has_location = True
        evidence.latitude = location.latitude
        evidence.longitude = location.longitude
        evidence.accuracy_m = location.accuracy_m
        evidence.age_ms = location.age_ms
    if attempt.HasField("wifi"):
        evidence.ssid = attempt.wifi.ssid
        evidence.bssid = attempt.wifi.bssid
    return evidence

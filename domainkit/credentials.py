"""The id of a record, what a QR says and what evidence is bound to, the same whoever asks.

The checkin service does, and the gateway while checkin is gone.
"""

import hashlib

from domainkit.qr import QrToken
from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
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

"""Proof of arrival for a phone that could not be served; sent again with the same attempt, its first arrival counts."""

from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2


class Receipts:
    """Gives receipts and takes them back.

    Args:
        secrets: Master secrets, as of `servicekit.keyring.parse_secrets`.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._sealer = Sealer(credential_pb2.Receipt, secrets)

    def give(self, attempt: pb.Attempt) -> str:
        """A receipt for this very attempt."""
        return self._sealer.seal_text(
            credential_pb2.Receipt(
                user_id=attempt.user_id,
                attempt_id=attempt.attempt_id,
                body_hash=attempt.body_hash,
                received_at=attempt.received_at,
            )
        )

    def honour(self, text: str, attempt: pb.Attempt) -> None:
        """Takes the time of arrival from a receipt for this very attempt; any other text is as good as none."""
        try:
            receipt = self._sealer.open_text(text)
        except (SealedTextError, SealBrokenError):
            return
        if (receipt.user_id, receipt.attempt_id, receipt.body_hash) == (
            attempt.user_id,
            attempt.attempt_id,
            attempt.body_hash,
        ):
            attempt.received_at = receipt.received_at
            attempt.has_receipt = True

"""Personal data at rest: sealed columns, and keyed indexes to find a row by a value nobody can read.

Sealed form: key id 1 | nonce 12 | ciphertext | tag 16, AES-256-GCM. The associated data names table, column, tenant and
row, so that a sealed value moved elsewhere does not open.

Rotation: add the new master as the second one and deploy, then make it the first. An old master must stay as long as
rows sealed or indexed under it.
"""

import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domainkit.sealed import KeyMissingError, SealBrokenError, SealedTextError
from servicekit.keyring import derive_key

_NONCE_BYTES = 12
_LEAST_BYTES = 1 + _NONCE_BYTES + 16


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value lives."""

    table: str
    column: str
    row: bytes


class Pii:
    """Seals, opens and indexes the personal data of one tenant.

    Args:
        secrets: From `servicekit.keyring.parse_secrets`; the first seals, as `key_id` says, all open.
        schema: Whose data it is; its keys open nothing of another schema.
        tenant: What keeps equal values of different tenants apart; of identity the WeChat app id.
    """

    def __init__(self, secrets: dict[int, bytes], schema: str, tenant: str) -> None:
        self._tenant = tenant
        self.key_id = next(iter(secrets))
        self._sealing = {key_id: AESGCM(derive_key(master, f"{schema}.pii")) for key_id, master in secrets.items()}
        self._indexing = [derive_key(master, f"{schema}.blind_index") for master in secrets.values()]

    def seal(self, clear: str, cell: Cell) -> bytes:
        """Sealed bytes, different each time."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._sealing[self.key_id].encrypt(nonce, clear.encode(), self._associated(cell))
        return bytes([self.key_id]) + nonce + sealed

    def open(self, sealed: bytes, cell: Cell) -> str:
        """The clear text.

        Raises:
            SealedTextError: Too short to be sealed, or what was sealed is no text.
            SealBrokenError: Sealed for another cell, or damaged; KeyMissingError: under a master that is gone.
        """
        if len(sealed) < _LEAST_BYTES:
            raise SealedTextError
        if (key := self._sealing.get(sealed[0])) is None:
            raise KeyMissingError(sealed[0])
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return key.decrypt(nonce, text, self._associated(cell)).decode()
        except InvalidTag:
            raise SealBrokenError from None
        except UnicodeDecodeError:
            raise SealedTextError from None

    def blind_indexes(self, column: str, value: str) -> list[bytes]:
        """What a value may be indexed as, 32 bytes for each master; rows are written with the first."""
        message = f"{self._tenant}|{column}|{value}".encode()
        return [hmac.digest(key, message, "sha256") for key in self._indexing]

    def _associated(self, cell: Cell) -> bytes:
        return f"{cell.table}|{cell.column}|{self._tenant}|".encode() + cell.row

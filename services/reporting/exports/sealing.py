"""Files at rest: sealed piece by piece, so that none is ever whole in memory, each with a key of its own.

A piece is AES-256-GCM over 64 KiB. Its nonce is its number, and says whether it is the last one: pieces cannot be
moved, left out or cut off. A key seals one file, so that no nonce comes twice with anything else. The key itself lies
sealed in MySQL, bound to its export.

Source: Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance.
"""

import os
from collections.abc import AsyncIterator, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domainkit.sealed import SealBrokenError, Sealer
from protos.credential.v1 import credential_pb2

_PIECE_BYTES = 64 * 1024
_SEALED_BYTES = _PIECE_BYTES + 16
_KEY_BYTES = 32


class FileKeys:
    """Keys of files as they lie in MySQL.

    Args:
        secrets: From `servicekit.keyring.parse_secrets`.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._sealer = Sealer(credential_pb2.FileKey, secrets)

    def new(self, export_id: bytes) -> tuple[bytes, bytes]:
        """A key, and the same sealed."""
        key = os.urandom(_KEY_BYTES)
        return key, self._sealer.seal(credential_pb2.FileKey(key=key), export_id)

    def open(self, sealed: bytes, export_id: bytes) -> bytes:
        """A key.

        Raises:
            SealedTextError, SealBrokenError: It is none of ours, or of another export.
        """
        return self._sealer.open(sealed, export_id).key


def sealed(file: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The pieces of a file, sealed."""
    cipher, number = AESGCM(key), 0
    piece = file.read(_PIECE_BYTES)
    while True:
        following = file.read(_PIECE_BYTES)
        yield cipher.encrypt(_nonce(number, is_last=not following), piece, None)
        if not following:
            return
        piece, number = following, number + 1


async def unsealed(content: AsyncIterator[bytes], key: bytes) -> AsyncIterator[bytes]:
    """The clear pieces of what `sealed` made, however it is cut now.

    Raises:
        SealBrokenError: It was changed, cut off, or sealed with another key.
    """
    cipher, number, waiting = AESGCM(key), 0, bytearray()
    async for some in content:
        waiting += some
        # What is left may be the last one, which nobody knows yet.
        while len(waiting) > _SEALED_BYTES:
            yield _open(cipher, _nonce(number, is_last=False), bytes(waiting[:_SEALED_BYTES]))
            del waiting[:_SEALED_BYTES]
            number += 1
    yield _open(cipher, _nonce(number, is_last=True), bytes(waiting))


def _open(cipher: AESGCM, nonce: bytes, piece: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, piece, None)
    except InvalidTag:
        raise SealBrokenError from None


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])

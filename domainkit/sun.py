"""Secure Unique NFC of an NTAG 424 DNA: what the chip says of itself at a touch, and how it proves that. Pure.

The chip mirrors two values into its URL: PICC data, 16 bytes encrypted with the meta-read key (C7 | UID 7 | counter 3,
little-endian | random 5), and an AES-CMAC, truncated to 8 bytes, by a session key that the file-read key gives for this
UID and this counter. The counter rises with every read, so no two touches say the same.

Source: NXP AN12196, "NTAG 424 DNA and NTAG 424 DNA TagTamper features and hints", 3.3 and 3.4; NIST SP 800-38B.
"""

import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC

KEY_BYTES = 16
PICC_BYTES = 16
PROOF_BYTES = 8
HIGHEST_COUNTER = 2**24 - 1

# UID and counter are mirrored, and the UID has 7 bytes.
_PICC_TAG = 0xC7
_UID = slice(1, 8)
_COUNTER = slice(8, 11)
# Session vector 2: a fixed label, one key of 128 bits.
_SV2 = bytes.fromhex("3CC300010080")


class SunKeys(NamedTuple):
    """The two keys of a tag, 16 bytes each."""

    meta_read: bytes
    file_read: bytes


class Reading(NamedTuple):
    """What a chip says of itself at a touch: its UID, 7 bytes, and how often it was read."""

    uid: bytes
    counter: int


def read(keys: SunKeys, picc: bytes, proof: bytes) -> Reading | None:
    """What a chip said that has these keys; None where none of them did.

    Args:
        picc: 16 bytes, as mirrored.
        proof: 8 bytes.
    """
    decryptor = Cipher(AES(keys.meta_read), CBC(bytes(PICC_BYTES))).decryptor()
    clear = decryptor.update(picc) + decryptor.finalize()
    reading = Reading(clear[_UID], int.from_bytes(clear[_COUNTER], "little"))
    is_proven = hmac.compare_digest(proof_of(keys.file_read, reading), proof)
    return reading if is_proven and clear[0] == _PICC_TAG else None


def proof_of(file_read_key: bytes, reading: Reading) -> bytes:
    """By which a chip proves a reading, where nothing else of its file is covered: the odd bytes of the CMAC."""
    session_key = _cmac(file_read_key, _SV2 + reading.uid + reading.counter.to_bytes(3, "little"))
    return _cmac(session_key, b"")[1::2]


def _cmac(key: bytes, said: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(said)
    return mac.finalize()

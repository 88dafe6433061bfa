"""The chip of an NTAG 424 DNA as far as a phone meets it: at each touch it says who it is, once more, and proves it."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC


@dataclass
class Chip:
    """A chip that was personalised with these keys, and was read so often.

    Attributes:
        padding: The five bytes that a real one draws anew at each touch.
    """

    uid: bytes
    meta_read_key: bytes
    file_read_key: bytes
    counter: int = 0
    padding: bytes = bytes(5)

    def touch(self) -> tuple[str, str]:
        """What it mirrors into its URL as e and c; each touch counts."""
        self.counter += 1
        read = self.uid + self.counter.to_bytes(3, "little")
        encryptor = Cipher(AES(self.meta_read_key), CBC(bytes(16))).encryptor()
        picc = encryptor.update(b"\xc7" + read + self.padding) + encryptor.finalize()
        session_key = _cmac(self.file_read_key, bytes.fromhex("3CC300010080") + read)
        return picc.hex().upper(), _cmac(session_key, b"")[1::2].hex().upper()


def _cmac(key: bytes, said: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(said)
    return mac.finalize()

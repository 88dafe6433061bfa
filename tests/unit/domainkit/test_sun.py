"""What a chip says at a touch: NXP's published example, and whatever was changed."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from domainkit.sun import Reading, SunKeys, proof_of, read

# NXP AN12196, sections 3.3 and 3.4: keys of zeros.
KEYS = SunKeys(bytes(16), bytes(16))
UID, COUNTER = bytes.fromhex("04DE5F1EACC040"), 0x3D
PICC, PROOF = bytes.fromhex("EF963FF7828658A599F3041510671E88"), bytes.fromhex("94EED9EE65337086")


def test_the_example_that_nxp_published_is_read() -> None:
    """UID and counter come out, and the proof is what the note says."""
    assert read(KEYS, PICC, PROOF) == Reading(UID, COUNTER)
    assert proof_of(KEYS.file_read, Reading(UID, COUNTER)) == PROOF


@pytest.mark.parametrize("index", range(16))
def test_what_was_changed_in_any_byte_of_what_it_says_is_not_believed(index: int) -> None:
    """One bit is enough, also in the padding: the whole block decrypts to something else."""
    changed = bytearray(PICC)
    changed[index] ^= 1
    assert read(KEYS, bytes(changed), PROOF) is None


@pytest.mark.parametrize("index", range(8))
def test_what_was_changed_in_any_byte_of_its_proof_is_not_believed(index: int) -> None:
    """One bit is enough."""
    changed = bytearray(PROOF)
    changed[index] ^= 1
    assert read(KEYS, PICC, bytes(changed)) is None


@pytest.mark.parametrize("keys", [SunKeys(b"\x01" + bytes(15), bytes(16)), SunKeys(bytes(16), b"\x01" + bytes(15))])
def test_another_key_reads_nothing(keys: SunKeys) -> None:
    """Either of the two."""
    assert read(keys, PICC, PROOF) is None


def test_a_chip_that_says_something_else_than_uid_and_counter_is_not_believed() -> None:
    """A chip set up to mirror another shape proves that one; it is none of ours."""

    encryptor = Cipher(AES(KEYS.meta_read), CBC(bytes(16))).encryptor()
    picc = encryptor.update(b"\x87" + UID + COUNTER.to_bytes(3, "little") + bytes(5)) + encryptor.finalize()
    assert read(KEYS, picc, PROOF) is None

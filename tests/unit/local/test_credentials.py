"""Secrets are made once, and certificates hold for the process they name."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.fleet import Place
from deploy.local.credentials import Authority, Vault, write


def test_a_password_is_made_once(tmp_path: Path) -> None:
    """The second call answers the first one's, and other names get others."""
    vault = Vault(tmp_path)
    first = vault.password("mysql-checkin")
    assert len(first) == 64
    assert Vault(tmp_path).password("mysql-checkin") == first != vault.password("mysql-recorder")


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """Files 0600 in a folder 0700."""
    Vault(tmp_path / "secrets").fill(Place())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_filling_again_changes_nothing(tmp_path: Path) -> None:
    """A second make up finds the same secrets and URLs."""
    vault = Vault(tmp_path)
    vault.fill(Place())
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    vault.fill(Place())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_sealing_secrets_have_the_form_that_processes_read(tmp_path: Path) -> None:
    """<key id>:<64 hex>."""
    Vault(tmp_path).fill(Place())
    for name in ("credential", "pii"):
        number, _, key = (tmp_path / name).read_text().partition(":")
        assert (number, len(bytes.fromhex(key))) == ("1", 32)


def test_there_are_two_signing_keys(tmp_path: Path) -> None:
    """Both P-256, in one PEM file."""
    Vault(tmp_path).fill(Place())
    blocks = (tmp_path / "signing-keys.pem").read_bytes().split(b"-----END PRIVATE KEY-----\n")[:-1]
    keys = [serialization.load_pem_private_key(block + b"-----END PRIVATE KEY-----\n", None) for block in blocks]
    assert len(keys) == 2
    assert all(isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1" for key in keys)


def test_a_certificate_names_its_process_and_this_machine(tmp_path: Path) -> None:
    """CN and DNS name are the process, and the authority signed it."""
    Authority(tmp_path).issue(["checkin"])
    authority, leaf = (x509.load_pem_x509_certificate((tmp_path / f"{n}.pem").read_bytes()) for n in ("ca", "checkin"))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert leaf.subject.rfc4514_string() == "CN=checkin"
    assert names.get_values_for_type(x509.DNSName) == ["checkin", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    leaf.verify_directly_issued_by(authority)


def test_issuing_again_keeps_certificates(tmp_path: Path) -> None:
    """Only what is missing or near its end is made."""
    Authority(tmp_path).issue(["checkin"])
    before = (tmp_path / "checkin.pem").read_bytes()
    Authority(tmp_path).issue(["checkin", "gateway"])
    assert (tmp_path / "checkin.pem").read_bytes() == before
    assert (tmp_path / "gateway.pem").exists()


def test_a_lost_authority_takes_its_certificates_along(tmp_path: Path) -> None:
    """A new one signs all of them anew, for nobody would trust the old ones."""
    Authority(tmp_path).issue(["checkin"])
    before = (tmp_path / "checkin.pem").read_bytes()
    (tmp_path / "ca.pem").unlink()
    Authority(tmp_path).issue(["checkin"])
    assert (tmp_path / "checkin.pem").read_bytes() != before


def test_writing_replaces_the_file_and_its_mode(tmp_path: Path) -> None:
    """Readers see the old text or the new one, never half of it."""
    path = tmp_path / "folder" / "file"
    write(path, "old", 0o644)
    write(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]

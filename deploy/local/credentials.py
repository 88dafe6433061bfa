"""Secrets and certificates of the local stack: random, made once, readable by their owner only."""

import datetime
import ipaddress
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.fleet import PROCESSES, ROBOTS, SYNTHETIC, Place, urls
from deploy.local import accounts

_DAY = datetime.timedelta(days=1)
_CA_LIFE = 3650 * _DAY
_LEAF_LIFE = 397 * _DAY
_RENEW_BEFORE = 30 * _DAY


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Writes a file that is never, not even for a moment, more readable than `mode`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
    draft.rename(path)


class Vault:
    """The folder of secrets, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def password(self, name: str) -> str:
        """The password of that name; 32 random bytes, made when first asked for."""
        return self._once(name, lambda: secrets.token_hex(32))

    def fill(self, place: Place) -> None:
        """Makes every secret that is missing, and the connection URLs of all processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for name in ("wechat-app-secret", "erlang-cookie", "exports-bucket"):
            self._once(name, lambda: secrets.token_hex(16))
        for name in ("credential", "nfc", "pii", "activity-pii", "exports"):
            self._once(name, lambda: f"1:{secrets.token_hex(32)}")
        self._once("signing-keys.pem", lambda: _private_pem(_new_key()) + _private_pem(_new_key()))
        self.write_urls(place, self.folder)

    def write_urls(self, place: Place, folder: Path, prefix: str = "") -> None:
        """Writes the connection URLs that hold in a place, or those of one process."""
        passwords = {name: self.password(name) for name in accounts.password_names()}
        for variable, url in urls(place, passwords).items():
            if variable.startswith(prefix):
                write(folder / variable, url)

    def _once(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        if not path.exists():
            write(path, make())
        return path.read_text()


class Authority:
    """Our own certificate authority: P-256, one certificate per process, valid for its name and this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def issue(self, names: Iterable[str] = (*PROCESSES, SYNTHETIC, ROBOTS)) -> None:
        """Makes the authority and the named certificates that are missing or near their end."""
        if not self._is_current("ca"):
            self._make_authority()
        for name in names:
            if not self._is_current(name):
                self._make_leaf(name)

    def _is_current(self, name: str) -> bool:
        path = self.folder / f"{name}.pem"
        if not path.exists():
            return False
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        return certificate.not_valid_after_utc - _now() > _RENEW_BEFORE

    def _make_authority(self) -> None:
        for old in self.folder.glob("*.pem"):
            old.unlink()
        key = _new_key()
        name = _name("Qiandao local CA")
        builder = _builder(name, name, key, _CA_LIFE).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._store("ca", key, builder.sign(key, hashes.SHA256()))

    def _make_leaf(self, process: str) -> None:
        authority = x509.load_pem_x509_certificate((self.folder / "ca.pem").read_bytes())
        signer = serialization.load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = _new_key()
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            _builder(_name(process), authority.subject, key, _LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(process), *here]), False)
            .add_extension(x509.ExtendedKeyUsage(both_ends), False)
            .sign(signer, hashes.SHA256())
        )
        self._store(process, key, certificate)

    def _store(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        write(self.folder / f"{name}.key", _private_pem(key))
        write(self.folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM).decode(), 0o644)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: datetime.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - _DAY)
        .not_valid_after(_now() + life)
    )

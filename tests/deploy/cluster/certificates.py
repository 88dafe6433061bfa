"""The authority of the single-node cluster, with what a server's own CA class does for our processes."""

import datetime
import ipaddress
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.credentials import write

_LIFE = datetime.timedelta(days=30)
_RENEW_BEFORE = datetime.timedelta(days=2)


class Issuer:
    """An authority in a folder; what is there and not near its end stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not self._is_current("ca"):
            for old in folder.glob("*"):
                old.unlink()
            key = _new_key()
            name = _name("qiandao-cluster")
            builder = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            self._store("ca", key, builder.sign(key, hashes.SHA256()))

    def issue(self, file: str, common_name: str, organisation: str = "", names: Iterable[str] = ()) -> None:
        """Makes `<file>.pem` and `<file>.key` for both ends of TLS.

        Args:
            organisation: The group that Kubernetes takes the bearer for a member of.
            names: Host names and addresses it serves under.
        """
        if self._is_current(file):
            return
        authority = x509.load_pem_x509_certificate((self._folder / "ca.pem").read_bytes())
        signer = serialization.load_pem_private_key((self._folder / "ca.key").read_bytes(), None)
        assert isinstance(signer, rsa.RSAPrivateKey)
        key = _new_key()
        alternatives = [_alternative(name) for name in (*names, common_name.replace(":", "."))]
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = (
            _builder(_name(common_name, organisation), authority.subject, key)
            .add_extension(x509.SubjectAlternativeName(alternatives), False)
            .add_extension(x509.ExtendedKeyUsage(usages), False)
        )
        self._store(file, key, builder.sign(signer, hashes.SHA256()))

    def issue_account_key(self, file: str) -> None:
        """Makes the key pair that service-account tokens are signed with."""
        if (self._folder / f"{file}.pub").exists():
            return
        key = _new_key()
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        write(self._folder / f"{file}.key", _private_pem(key))
        write(self._folder / f"{file}.pub", public.decode())

    def _is_current(self, file: str) -> bool:
        path = self._folder / f"{file}.pem"
        if not path.exists():
            return False
        left = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc - _now()
        return left > _RENEW_BEFORE

    def _store(self, file: str, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        write(self._folder / f"{file}.key", _private_pem(key))
        write(self._folder / f"{file}.pem", certificate.public_bytes(serialization.Encoding.PEM).decode())


def _new_key() -> rsa.RSAPrivateKey:
    # KEDA and the API server take service-account keys of this kind everywhere.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def _name(common_name: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - datetime.timedelta(hours=1))
        .not_valid_after(_now() + _LIFE)
    )

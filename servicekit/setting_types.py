"""What settings look like. Each type says what it wants and never shows what it got: any value may be a secret."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from servicekit.keyring import parse_secrets

_PORT_AT_MOST = 65535
_TARGET_SCHEME = re.compile(r"dns:(//[^/]*/)?|ipv4:|ipv6:")
_TEXTS = msgspec.json.Decoder(dict[str, str])


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and not re.search(r"[\s/@]", host) and _is_port(port)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= _PORT_AT_MOST


def _address(text: str) -> str:
    if not _is_address(text):
        raise ValueError("must be host:port")
    return text


def _target(text: str) -> str:
    scheme = _TARGET_SCHEME.match(text)
    addresses = text[scheme.end() :] if scheme else text
    if not all(map(_is_address, addresses.split(","))):
        raise ValueError("must be host:port, dns:///name:port or ipv4:a:1,b:2")
    return text


def _url(form: str, *schemes: str, needs_user: bool = False) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            where = parts.path if parts.scheme == "unix" else parts.hostname
            is_good = parts.scheme in schemes and where and (parts.port is None or parts.port)
        except ValueError:
            is_good = False
        if not is_good or (needs_user and not parts.username):
            raise ValueError(f"must be {form}")
        return text

    return check


def mysql_url(driver: str) -> Callable[[str], str]:
    """The check of a URL that SQLAlchemy connects to MySQL with."""
    form = f"mysql+{driver}://user:password@host:port/schema?charset=utf8mb4"

    def check(text: str) -> str:
        """The URL.

        Raises:
            ValueError: It is none, of another driver, or names no host or schema.
        """
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            raise ValueError(f"must be {form}") from None
        if url.drivername != f"mysql+{driver}" or not (url.username and url.host and url.database):
            raise ValueError(f"must be {form}")
        return text

    return check


def _secrets(text: str) -> str:
    parse_secrets(text)
    return text


def _pem(what: str, load: Callable[[bytes], object]) -> Callable[[Path], Path]:
    def check(path: Path) -> Path:
        try:
            load(path.read_bytes())
        except OSError as error:
            raise ValueError(f"names a file that cannot be read: {error.strerror}") from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError(f"names a file that does not hold {what} in PEM") from None
        return path

    return check


_certificates = _pem("a certificate", load_pem_x509_certificates)


def _authority(text: str) -> str:
    if text:
        _certificates(Path(text))
    return text


def _texts(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return _TEXTS.decode(value)
    except msgspec.MsgspecError:
        raise ValueError('must be a JSON object of texts, such as {"name": "value"}') from None


Address = Annotated[str, AfterValidator(_address)]
Target = Annotated[str, AfterValidator(_target)]
HttpUrl = Annotated[str, AfterValidator(_url("http://host or https://host", "http", "https"))]
OptionalHttpUrl = Annotated[str, AfterValidator(lambda text: text and _url("an http(s) URL", "http", "https")(text))]
MysqlUrl = Annotated[str, AfterValidator(mysql_url("aiomysql"))]
RedisUrl = Annotated[str, AfterValidator(_url("redis://user:password@host:port/0", "redis", "rediss", "unix"))]
AmqpUrl = Annotated[str, AfterValidator(_url("amqp://user:password@host:port/vhost", "amqp", "amqps", needs_user=True))]
Secrets = Annotated[str, AfterValidator(_secrets)]
CertificateFile = Annotated[Path, AfterValidator(_certificates)]
PrivateKeyFile = Annotated[Path, AfterValidator(_pem("a private key", lambda pem: load_pem_private_key(pem, None)))]
CaFile = Annotated[str, AfterValidator(_authority)]
Texts = Annotated[dict[str, str], NoDecode, BeforeValidator(_texts)]

"""Settings from the environment. Secrets have no default and may come from files (`NAME_FILE`)."""

import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


_TARGET = "gRPC target: host:port, dns:///name:port or ipv4:a:1,b:2"


class SharedSettings(BaseSettings):
    """What every process reads, prefix `QIANDAO_`."""

    model_config = SettingsConfigDict(env_prefix="QIANDAO_", frozen=True, extra="ignore")

    environment: Literal["production", "local"] = Field(
        "production", description="only `local` may speak to another WeChat than the real one"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="of the JSON log on stderr")
    otlp_endpoint: str = Field("", description="OTLP/HTTP traces URL; empty turns traces off")
    trace_ratio: float = Field(0.01, ge=0, le=1, description="share of requests traced without being asked to")
    tls_ca_file: Path = Field(Path(".local/tls/ca.pem"), description="who signed the certificates of our processes")
    tls_cert_file: Path = Field(Path(".local/tls/process.pem"), description="this process's certificate")
    tls_key_file: Path = Field(Path(".local/tls/process.key"), description="this process's private key")
    public_url: str = Field("http://127.0.0.1:8080", description="where phones reach the gateway; goes into the QR")
    identity_target: str = Field("127.0.0.1:50051", description=_TARGET)
    activity_target: str = Field("127.0.0.1:50052", description=_TARGET)
    checkin_target: str = Field("127.0.0.1:50053", description=_TARGET)
    antifraud_target: str = Field("127.0.0.1:50054", description=_TARGET)
    reporting_target: str = Field("127.0.0.1:50055", description=_TARGET)


class OwnSettings(BaseSettings):
    """What a process reads for itself, with its name for a prefix.

    `database_url`, `redis_url` and `amqp_url` name the servers that it enters.
    """

    ops_address: str = Field(description="host:port of /healthz, /readyz and /metrics")


class ServerSettings(BaseSettings):
    """Who signed the certificates of the servers; read where a connection is made."""

    model_config = SettingsConfigDict(env_prefix="QIANDAO_", frozen=True, extra="ignore")

    mysql_ca_file: str = Field("", description="TLS to MySQL, verified by this authority; empty: as the URL says")
    redis_ca_file: str = Field("", description="TLS to Redis, verified by this authority; empty: as the URL says")
    amqp_ca_file: str = Field("", description="TLS to RabbitMQ, verified by this authority; empty: as the URL says")


class CredentialSettings(BaseSettings):
    """The master secret of QR tokens, receipts and sealed evidence; only for processes that open them."""

    model_config = SettingsConfigDict(env_prefix="QIANDAO_", frozen=True, extra="ignore")

    credential_secret: str = Field(repr=False, description="<id 1-255>:<64 hex>[,...]; the first seals, all open")


def load(settings: type[SettingsT]) -> SettingsT:
    """Reads one settings class, or exits naming every variable that is missing or wrong."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    try:
        return settings(**_from_files(settings, prefix, os.environ))
    except ValidationError as error:
        _exit(prefix, error)


def trusting(ca_file: str) -> ssl.SSLContext:
    """A context that takes a server's certificate only from this authority, and only with the server's name in it.

    Raises:
        SystemExit: The file is not there, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        sys.exit(f"{ca_file}: {error}. It must hold the certificate of the authority that signed the server's.")


def _from_files(settings: type[BaseSettings], prefix: str, environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in settings.model_fields:
        path = environ.get(f"{prefix}{name}_FILE".upper())
        if path and not name.endswith("_file"):
            values[name] = Path(path).read_text(encoding="utf-8").strip()
    return values


def _exit(prefix: str, error: ValidationError) -> NoReturn:
    for problem in error.errors(include_input=False, include_url=False):
        name = f"{prefix}{'_'.join(map(str, problem['loc']))}".upper()
        print(f"{name}: {problem['msg']}. Set {name}, or {name}_FILE for a secret.", file=sys.stderr)
    sys.exit(2)

"""Settings from the environment. Secrets have no default and may come from files (`NAME_FILE`)."""

import os
import ssl
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.setting_types import (
    Address,
    CaFile,
    CertificateFile,
    HttpUrl,
    OptionalHttpUrl,
    PrivateKeyFile,
    Secrets,
    Target,
)

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


_TARGET = "gRPC target: host:port, dns:///name:port or ipv4:a:1,b:2"


class SharedSettings(BaseSettings):
    """What every process reads, prefix `QIANDAO_`."""

    model_config = SettingsConfigDict(env_prefix="QIANDAO_", frozen=True, extra="ignore")

    environment: Literal["production", "local"] = Field(
        "production", description="only `local` may speak to another WeChat than the real one"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="of the JSON log on stderr")
    otlp_endpoint: OptionalHttpUrl = Field("", description="OTLP/HTTP traces URL; empty turns traces off")
    trace_ratio: float = Field(
        0.01, ge=0, le=1, description="share of requests that are traced, whatever strangers ask for"
    )
    tls_ca_file: CertificateFile = Field(
        Path(".local/tls/ca.pem"), validate_default=True, description="who signed the certificates of our processes"
    )
    tls_cert_file: CertificateFile = Field(
        Path(".local/tls/process.pem"), validate_default=True, description="this process's certificate"
    )
    tls_key_file: PrivateKeyFile = Field(
        Path(".local/tls/process.key"), validate_default=True, description="this process's private key"
    )
    public_url: HttpUrl = Field("http://127.0.0.1:8080", description="where phones reach the gateway; goes into the QR")
    identity_target: Target = Field("127.0.0.1:50051", description=_TARGET)
    activity_target: Target = Field("127.0.0.1:50052", description=_TARGET)
    checkin_target: Target = Field("127.0.0.1:50053", description=_TARGET)
    antifraud_target: Target = Field("127.0.0.1:50054", description=_TARGET)
    reporting_target: Target = Field("127.0.0.1:50055", description=_TARGET)


class ServerSettings(BaseSettings):
    """Who signed the certificates of the servers."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mysql_ca_file: CaFile = Field(
        "",
        validation_alias="QIANDAO_MYSQL_CA_FILE",
        description="TLS to MySQL, verified by this authority; empty: as the URL says",
    )
    redis_ca_file: CaFile = Field(
        "",
        validation_alias="QIANDAO_REDIS_CA_FILE",
        description="TLS to Redis, verified by this authority; empty: as the URL says",
    )
    amqp_ca_file: CaFile = Field(
        "",
        validation_alias="QIANDAO_AMQP_CA_FILE",
        description="TLS to RabbitMQ, verified by this authority; empty: as the URL says",
    )


class CredentialSettings(BaseSettings):
    """The master secret of QR tokens, receipts and sealed evidence; only for processes that open them."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    credential_secret: Secrets = Field(
        repr=False,
        validation_alias="QIANDAO_CREDENTIAL_SECRET",
        description="<id 1-255>:<64 hex>[,...]; the first seals, all open",
    )


class NfcSettings(BaseSettings):
    """The master secret of NFC tags; only for processes that make or read them."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    nfc_secret: Secrets = Field(
        repr=False,
        validation_alias="QIANDAO_NFC_SECRET",
        description="<id 1-255>:<64 hex>[,...]; the first makes tags, all read them",
    )


class OwnSettings(ServerSettings):
    """What a process reads for itself, with its name for a prefix.

    `database_url`, `redis_url` and `amqp_url` name the servers that it enters.
    """

    ops_address: Address = Field(description="host:port of /healthz, /readyz and /metrics")


def load(settings: type[SettingsT], **given: Any) -> SettingsT:
    """Reads one settings class, or exits with a line for every variable that is missing or wrong, and no value.

    Args:
        given: Instead of what the environment says.

    Raises:
        SystemExit: With code 1.
    """
    try:
        return settings(**_from_files(settings, os.environ), **given)
    except ValidationError as error:
        for line in _lines(settings, error):
            print(line, file=sys.stderr)
        sys.exit(1)


def variables(settings: type[BaseSettings]) -> dict[str, str]:
    """The variable of every field: its own name if it has one, else with the prefix of the class."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    fields = settings.model_fields.items()
    return {name: str(field.validation_alias or prefix + name).upper() for name, field in fields}


def trusting(ca_file: str) -> ssl.SSLContext:
    """A context that takes a server's certificate only from this authority, and only with the server's name in it.

    Raises:
        SystemExit: The file is not there, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        sys.exit(f"{ca_file}: {error}. It must hold the certificate of the authority that signed the server's.")


def _from_files(settings: type[BaseSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, variable in variables(settings).items():
        path = environ.get(f"{variable}_FILE")
        if path and not name.endswith("_file"):
            alias = settings.model_fields[name].validation_alias
            values[str(alias or name)] = _read(f"{variable}_FILE", path)
    return values


def _read(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        why = error.strerror
    except ValueError:
        why = "it holds no text"
    print(f"{variable}: names a file that cannot be read: {why}. Mount it, or mend {variable}.", file=sys.stderr)
    sys.exit(1)


def _lines(settings: type[BaseSettings], error: ValidationError) -> Iterable[str]:
    """One line for each variable."""
    of_field = variables(settings)
    wrong: dict[str, str] = {}
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        field = str(each["loc"][0])
        wrong.setdefault(of_field.get(field, field), each["msg"].removeprefix("Value error, "))
    for name, message in wrong.items():
        cure = f"Mend {name}." if name.endswith("_FILE") else f"Set {name}, or {name}_FILE for a secret."
        yield f"{name}: {message}. {cure}"

"""Settings from the environment. Secrets have no default and may come from files (`NAME_FILE`)."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class SharedSettings(BaseSettings):
    """What every process reads, prefix `QIANDAO_`."""

    model_config = SettingsConfigDict(env_prefix="QIANDAO_", frozen=True, extra="ignore")

    environment: Literal["production", "local"] = "production"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otlp_endpoint: str = Field("", description="OTLP/HTTP traces URL; empty turns traces off")
    trace_ratio: float = Field(0.01, ge=0, le=1, description="share of requests traced without being asked to")
    tls_ca_file: Path = Path(".local/tls/ca.pem")
    tls_cert_file: Path = Path(".local/tls/process.pem")
    tls_key_file: Path = Path(".local/tls/process.key")
    public_url: str = "http://127.0.0.1:8080"
    identity_target: str = "127.0.0.1:50051"
    activity_target: str = "127.0.0.1:50052"
    checkin_target: str = "127.0.0.1:50053"
    antifraud_target: str = "127.0.0.1:50054"
    reporting_target: str = "127.0.0.1:50055"


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

"""Settings of the reporting service (`REPORTING_*`), its projector (`PROJECTOR_*`) and its exporter (`EXPORTER_*`)."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.clock import SECOND_US
from servicekit.setting_types import Address, AmqpUrl, MysqlUrl, OptionalHttpUrl, RedisUrl, Secrets
from servicekit.settings import OwnSettings

_YEAR_US = 31_557_600 * SECOND_US


def _store(text: str) -> str:
    if not re.fullmatch(r"(s3://[a-z0-9][-.a-z0-9]+(/.*)?|\.?/.+|\.local/.+)?", text):
        raise ValueError("must be a directory, beginning with / or ./, or s3://bucket/folder")
    return text


_Printable = Annotated[str, Field(pattern=r"^[!-~]+$")]


class ExportSettings(BaseSettings):
    """Where exported files lie; for whoever writes them, and whoever hands them out."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    exports_store: Annotated[str, AfterValidator(_store)] = Field(
        ".local/exports",
        validation_alias="QIANDAO_EXPORTS_STORE",
        description="a directory that reporting and exporter share, or s3://bucket/folder; empty: nothing is exported",
    )


class FileSettings(BaseSettings):
    """What seals files; read where they lie anywhere."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    exports_secret: Secrets = Field(
        repr=False,
        validation_alias="QIANDAO_EXPORTS_SECRET",
        description="<id 1-255>:<64 hex>[,...]; the first seals the keys of files, all open",
    )


class BucketSettings(BaseSettings):
    """Where a bucket is, and what opens it; read where files lie in one."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    endpoint: OptionalHttpUrl = Field(
        "", validation_alias="QIANDAO_EXPORTS_ENDPOINT", description="URL of the bucket's S3; empty: AWS in the region"
    )
    region: Annotated[str, Field(pattern=r"^[-a-z0-9]+$")] = Field(
        "us-east-1", validation_alias="QIANDAO_EXPORTS_REGION", description="region of the bucket"
    )
    virtual_host: bool = Field(
        False,
        validation_alias="QIANDAO_EXPORTS_VIRTUAL_HOST",
        description="the bucket is part of the host's name, as COS wants it; the endpoint names it then",
    )
    access_key: _Printable = Field(
        "qiandao", validation_alias="QIANDAO_EXPORTS_ACCESS_KEY", description="who asks the bucket"
    )
    secret_key: _Printable = Field(
        repr=False, validation_alias="QIANDAO_EXPORTS_SECRET_KEY", description="what proves it to the bucket"
    )


class ReportingSettings(OwnSettings, ExportSettings):
    """Where the service listens and what it reads."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50055", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9105", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    redis_url: RedisUrl = Field(repr=False, description="live numbers: redis://user:password@host:port/0")


class ExporterSettings(OwnSettings, ExportSettings):
    """What the exporter reads, and where it works."""

    model_config = SettingsConfigDict(env_prefix="EXPORTER_", frozen=True, extra="ignore")

    ops_address: Address = Field("127.0.0.1:9108", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    folder: Annotated[str, Field(pattern=r"^(/.+)?$")] = Field(
        "", description="where files are made, for this process alone; emptied at its start; empty: one of the system's"
    )
    at_once: int = Field(2, ge=1, le=8, description="exports that are made at the same time")


class ProjectorSettings(OwnSettings):
    """What the projector consumes and where it keeps it."""

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True, extra="ignore")

    ops_address: Address = Field("127.0.0.1:9107", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    redis_url: RedisUrl = Field(repr=False, description="live numbers: redis://user:password@host:port/0")
    amqp_url: AmqpUrl = Field(repr=False, description="amqp://user:password@host:port/vhost")
    history_years: int = Field(
        5,
        ge=1,
        le=100,
        description="how long what people did is kept after an occurrence closes; older is erased at night",
    )

    @property
    def history_kept_us(self) -> int:
        """The same in microseconds, a year as long as they are on average."""
        return self.history_years * _YEAR_US

"""Settings of the reporting service (`REPORTING_*`), its projector (`PROJECTOR_*`) and its exporter (`EXPORTER_*`)."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.clock import SECOND_US
from servicekit.setting_types import Address, AmqpUrl, CaFile, MysqlUrl, OptionalHttpUrl, RedisUrl, Secrets
from servicekit.settings import OwnSettings

_YEAR_US = 31_557_600 * SECOND_US


def _store(text: str) -> str:
    if not re.fullmatch(r"(s3://[a-z0-9][-.a-z0-9]+(/.*)?|\.?/.+|\.local/.+)?", text):
        raise ValueError("must be a directory, beginning with / or ./, or s3://bucket/folder")
    return text


def robot_hosts(text: str) -> dict[str, frozenset[str]]:
    """Hosts by the names of protocols; raises ValueError."""
    found: dict[str, set[str]] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = re.fullmatch(r"(wecom|feishu|dingtalk)=([a-z0-9.-]+(?::[0-9]{1,5})?)", part)
        if not match:
            raise ValueError("must be wecom|feishu|dingtalk=host[:port], parted by commas")
        found.setdefault(match[1], set()).add(match[2])
    return {name: frozenset(hosts) for name, hosts in found.items()}


def parse_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Networks of CIDRs; raises ValueError."""
    try:
        return [ip_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError:
        raise ValueError("must be CIDRs such as 10.20.0.0/16, parted by commas") from None


def _kept(parse: Callable[[str], object]) -> Callable[[str], str]:
    """A check that keeps the text."""

    def check(text: str) -> str:
        parse(text)
        return text

    return check


RobotHosts = Annotated[str, AfterValidator(_kept(robot_hosts))]
Networks = Annotated[str, AfterValidator(_kept(parse_networks))]
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


class RobotSettings(BaseSettings):
    """Where robots of group chats may be."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    hosts: RobotHosts = Field(
        "wecom=qyapi.weixin.qq.com,feishu=open.feishu.cn,feishu=open.larksuite.com,dingtalk=oapi.dingtalk.com",
        validation_alias="QIANDAO_ROBOT_HOSTS",
        description="wecom|feishu|dingtalk=host[:port],...: where robots of group chats may be; empty: there are none",
    )
    networks: Networks = Field(
        "",
        validation_alias="QIANDAO_ROBOT_NETWORKS",
        description="CIDRs, parted by commas, in which robots may be though these are not of the internet",
    )
    ca_file: CaFile = Field(
        "",
        validation_alias="QIANDAO_ROBOT_CA_FILE",
        description="PEM of who vouches for the hosts of robots; empty: the system's authorities",
    )

    @property
    def hosts_by_kind(self) -> dict[str, frozenset[str]]:
        """As `messaging.robots.check` takes them."""
        return robot_hosts(self.hosts)

    @property
    def allowed_networks(self) -> list[IPv4Network | IPv6Network]:
        """As `messaging.outgoing.Outside` takes them."""
        return parse_networks(self.networks)


class ReportingSettings(OwnSettings, ExportSettings):
    """Where the service listens and what it reads."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50055", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9105", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    redis_url: RedisUrl = Field(
        repr=False, description="reads live numbers, keeps measured:*; redis://user:password@host:port/0"
    )


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

"""Settings of the reporting service, prefix `REPORTING_`, and of its projector, prefix `PROJECTOR_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.setting_types import Address, AmqpUrl, MysqlUrl, RedisUrl
from servicekit.settings import OwnSettings


class ReportingSettings(OwnSettings):
    """Where the service listens and what it reads."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50055", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9105", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    redis_url: RedisUrl = Field(repr=False, description="live numbers: redis://user:password@host:port/0")


class ProjectorSettings(OwnSettings):
    """What the projector consumes and where it keeps it."""

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True, extra="ignore")

    ops_address: Address = Field("127.0.0.1:9107", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema reporting: mysql+aiomysql://user:password@host:port/schema"
    )
    redis_url: RedisUrl = Field(repr=False, description="live numbers: redis://user:password@host:port/0")
    amqp_url: AmqpUrl = Field(repr=False, description="amqp://user:password@host:port/vhost")

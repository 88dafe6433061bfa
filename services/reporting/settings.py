"""Settings of the reporting service, prefix `REPORTING_`, and of its projector, prefix `PROJECTOR_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.clock import SECOND_US
from servicekit.setting_types import Address, AmqpUrl, MysqlUrl, RedisUrl
from servicekit.settings import OwnSettings

_YEAR_US = 31_557_600 * SECOND_US


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

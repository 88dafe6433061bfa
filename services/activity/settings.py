"""Settings of the activity service (`ACTIVITY_*`)."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.setting_types import Address, AmqpUrl, MysqlUrl, RedisUrl, Secrets
from servicekit.settings import CredentialSettings, NfcSettings, OwnSettings


class Settings(OwnSettings, CredentialSettings, NfcSettings):
    """Where it listens and what it stands on."""

    model_config = SettingsConfigDict(env_prefix="ACTIVITY_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50052", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9102", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="schema activity; DELETE on queues, places, imports, answers"
    )
    redis_url: RedisUrl = Field(repr=False, description="keys activity:* and guess:*, channel activity:*")
    pii_secret: Secrets = Field(repr=False, description="<id 1-255>:<64 hex>[,...]; the first seals, all open")
    activities_per_hour: int = Field(500, ge=1, description="activities that one organisation may make in an hour")
    changes_per_hour: int = Field(
        5000, ge=1, description="changes of its activities, publishing and new QRs too, that one may make in an hour"
    )
    amqp_url: AmqpUrl = Field(repr=False, description="may publish changed.v1 on exchange activity")

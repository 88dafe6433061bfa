"""Settings of the checkin service (`CHECKIN_*`) and of its recorder (`RECORDER_*`)."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from domainkit.lapse_settings import LapseSettings
from servicekit.setting_types import Address, AmqpUrl, MysqlUrl, RedisUrl
from servicekit.settings import CredentialSettings, NfcSettings, OwnSettings


class CheckinSettings(OwnSettings, CredentialSettings, NfcSettings, LapseSettings):
    """The judging side."""

    model_config = SettingsConfigDict(env_prefix="CHECKIN_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50053", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9103", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(repr=False, description="reads of schema checkin, INSERT on inbox")
    redis_url: RedisUrl = Field(
        repr=False, description="keys checkin:* and guess:*, reads activity:roster:*, channel activity:*"
    )
    refusals_per_10_min: int = Field(60, ge=1, description="refused attempts of one person that are kept in 10 minutes")
    amqp_url: AmqpUrl = Field(repr=False, description="may publish attempted.v1 and decided.v1")


class RecorderSettings(OwnSettings, CredentialSettings, NfcSettings, LapseSettings):
    """The side that records."""

    model_config = SettingsConfigDict(env_prefix="RECORDER_", frozen=True, extra="ignore")

    ops_address: Address = Field("127.0.0.1:9106", description="host:port of /healthz, /readyz and /metrics")
    database_url: MysqlUrl = Field(repr=False, description="writes of schema checkin")
    redis_url: RedisUrl = Field(repr=False, description="keys checkin:*")
    amqp_url: AmqpUrl = Field(repr=False, description="consumes checkin.record.v1, may publish recorded.v1")

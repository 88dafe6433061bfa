"""Settings of the gateway: `GATEWAY_*`, and the public address `QIANDAO_HTTP_*`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from domainkit.lapse_settings import LapseSettings
from gateway.http.addresses import Networks
from servicekit.setting_types import Address, AmqpUrl, RedisUrl, Texts
from servicekit.settings import CredentialSettings, OwnSettings

_BESIDE_THE_CODE = Path(__file__).parents[1] / "console" / "dist"


class HttpSettings(BaseSettings):
    """Where the public HTTP server listens."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    http_host: str = Field(
        "127.0.0.1", min_length=1, validation_alias="QIANDAO_HTTP_HOST", description="address of the public HTTP API"
    )
    http_port: int = Field(
        8080, ge=1, le=65535, validation_alias="QIANDAO_HTTP_PORT", description="port of the public HTTP API"
    )
    http_connections: int = Field(
        10_000,
        ge=16,
        validation_alias="QIANDAO_HTTP_CONNECTIONS",
        description="open connections of the public HTTP API in one process; more get 503",
    )
    trusted_proxies: Networks = Field(
        (),
        validation_alias="QIANDAO_TRUSTED_PROXIES",
        description="networks of the proxies whose X-Forwarded-For is believed: `10.0.0.0/8,fd00::/8`",
    )


class Settings(OwnSettings, CredentialSettings, HttpSettings, LapseSettings):
    """What the gateway reads."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    ops_address: Address = Field("127.0.0.1:9100", description="host:port of /healthz, /readyz and /metrics")
    redis_url: RedisUrl = Field(repr=False, description="live streams (read) and the channel identity:revoked")
    amqp_url: AmqpUrl = Field(repr=False, description="may publish attempted.v1, while checkin is gone")
    farewell_s: float = Field(
        3.0, ge=0, le=60, description="at most so long, before it ends, answers tell clients to connect anew"
    )
    wechat_templates: Texts = Field(
        {}, validation_alias="QIANDAO_WECHAT_TEMPLATES", description='message templates: {"<name>": "<template id>"}'
    )
    event_sample_rate: float = Field(0.1, ge=0, le=1, description="share of client events that phones send")
    failed_sign_ins_per_s: float = Field(
        100, gt=0, description="sign-ins that may fail from one address, a second and at once; a campus is one address"
    )
    console_tickets_per_s: float = Field(
        100, gt=0, description="sign-ins to the console that one address may begin, a second and at once"
    )
    wechat_check: str = Field(
        "", pattern=r"^([A-Za-z0-9_-]{1,64}:[ -~]{1,256})?$", description="name:content, served at /q/<name>.txt"
    )
    console_folder: str = Field(
        "", pattern=r"^(/.*)?$", description="absolute path of the built console; empty: `console/dist` beside the code"
    )
    simulator_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:-]+)?$",
        description="of a WeChat simulator, whose people sign in with one click; a local stack has one",
    )

    @property
    def console(self) -> Path:
        """Where the built console is, if it is built."""
        return Path(self.console_folder) if self.console_folder else _BESIDE_THE_CODE

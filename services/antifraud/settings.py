"""Settings of the antifraud service, prefix `ANTIFRAUD_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.setting_types import Address
from servicekit.settings import OwnSettings


class Settings(OwnSettings):
    """Where it listens; it keeps nothing yet."""

    model_config = SettingsConfigDict(env_prefix="ANTIFRAUD_", frozen=True, extra="ignore")

    grpc_address: Address = Field("127.0.0.1:50054", description="host:port of the gRPC server")
    ops_address: Address = Field("127.0.0.1:9104", description="host:port of /healthz, /readyz and /metrics")

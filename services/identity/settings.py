"""Settings of identity, prefix `IDENTITY_`."""

from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from servicekit.setting_types import Address, HttpUrl, MysqlUrl, RedisUrl, Secrets, Texts
from servicekit.settings import OwnSettings
from services.identity.signing import Signer

WECHAT_BASE_URL = "https://api.weixin.qq.com"


class Settings(OwnSettings):
    """What identity reads."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True, extra="ignore")

    environment: Literal["production", "local"] = Field("production", validation_alias="QIANDAO_ENVIRONMENT")
    grpc_address: Address = Field("127.0.0.1:50051", description="host:port to serve gRPC on")
    ops_address: Address = Field("127.0.0.1:9101", description="host:port of health and metrics")
    database_url: MysqlUrl = Field(
        repr=False, description="mysql+aiomysql://user:password@host:port/identity?charset=utf8mb4"
    )
    redis_url: RedisUrl = Field(repr=False, description="redis://user:password@host:port/0")
    signing_keys_file: Path = Field(description="PEM with two P-256 private keys; the first signs, both verify")
    pii_secret: Secrets = Field(repr=False, description="<id 1-255>:<64 hex>[,...]; the first seals, all open")
    wechat_base_url: HttpUrl = Field(WECHAT_BASE_URL, description="only a local stack may name another one")
    wechat_app_id: str = Field(min_length=1, description="of the mini-program; users are keyed by it")
    wechat_app_secret: str = Field(repr=False, min_length=32, description="of the mini-program, from WeChat's console")

    organisations_per_person: int = Field(50, ge=1, description="organisations that one person may own")
    invites_per_organisation: int = Field(100, ge=1, description="open invites that one organisation may have")
    answers_per_day: int = Field(200, ge=1, description="answers about messages that one person may give in 24 hours")
    wechat_templates: Texts = Field(
        {}, validation_alias="QIANDAO_WECHAT_TEMPLATES", description='message templates: {"<name>": "<template id>"}'
    )

    @field_validator("signing_keys_file")
    @classmethod
    def _holds_keys(cls, path: Path) -> Path:
        try:
            Signer.from_pem(path.read_bytes())
        except OSError as error:
            raise ValueError(f"names a file that cannot be read: {error.strerror}") from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("must hold two different P-256 private keys in PEM") from None
        return path

    @field_validator("wechat_base_url")
    @classmethod
    def _is_the_real_one(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("environment") == "production" and url != WECHAT_BASE_URL:
            raise ValueError(f"must be {WECHAT_BASE_URL} when QIANDAO_ENVIRONMENT is production")
        return url

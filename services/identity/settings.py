"""Settings of identity, prefix `IDENTITY_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from servicekit.sealed import parse_secrets
from servicekit.settings import OwnSettings
from services.identity.signing import Signer

WECHAT_BASE_URL = "https://api.weixin.qq.com"


class Settings(OwnSettings):
    """What identity reads."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True, extra="ignore")

    environment: Literal["production", "local"] = Field("production", validation_alias="QIANDAO_ENVIRONMENT")
    grpc_address: str = Field("127.0.0.1:50051", description="host:port to serve gRPC on")
    ops_address: str = Field("127.0.0.1:9101", description="host:port of health and metrics")
    database_url: str = Field(
        repr=False, description="mysql+aiomysql://user:password@host:port/identity?charset=utf8mb4"
    )
    redis_url: str = Field(repr=False, description="redis://user:password@host:port/0")
    signing_keys_file: FilePath = Field(description="PEM with two P-256 private keys; the first signs, both verify")
    pii_secret: str = Field(repr=False, description="<id 1-255>:<64 hex>[,...]; the first seals, all open")
    wechat_base_url: str = Field(WECHAT_BASE_URL, description="only a local stack may name another one")
    wechat_app_id: str = Field(min_length=1, description="of the mini-program; users are keyed by it")
    wechat_app_secret: str = Field(repr=False, min_length=32, description="of the mini-program, from WeChat's console")

    organisations_per_person: int = Field(50, ge=1, description="organisations that one person may own")
    answers_per_day: int = Field(200, ge=1, description="answers about messages that one person may give in 24 hours")
    wechat_templates: dict[str, str] = Field(
        {}, validation_alias="QIANDAO_WECHAT_TEMPLATES", description='message templates: {"<name>": "<template id>"}'
    )

    @field_validator("pii_secret")
    @classmethod
    def _is_secret(cls, text: str) -> str:
        parse_secrets(text)
        return text

    @field_validator("signing_keys_file")
    @classmethod
    def _holds_keys(cls, path: Path) -> Path:
        Signer.from_pem(path.read_bytes())
        return path

    @field_validator("wechat_base_url")
    @classmethod
    def _is_the_real_one(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("environment", "production") == "production" and url != WECHAT_BASE_URL:
            raise ValueError(f"must be {WECHAT_BASE_URL} when QIANDAO_ENVIRONMENT is production")
        return url

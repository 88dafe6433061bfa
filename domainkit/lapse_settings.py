"""How long humans have before an activity's policy decides: some processes tell it, one carries it out."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LapseSettings(BaseSettings):
    """What checkin, its recorder and the gateway read alike."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    undecided_after_s: int = Field(
        72 * 3600,
        ge=1,
        validation_alias="QIANDAO_UNDECIDED_AFTER_S",
        description="how long after the close what waits is for humans, where the activity has `policy.undecided`",
    )

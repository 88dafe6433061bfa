"""A wrong setting stops the process and is named."""

from pathlib import Path

import pytest

from deploy.fleet import Place
from deploy.local.credentials import Vault
from servicekit.settings import load
from services.identity.settings import WECHAT_BASE_URL, Settings


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A complete production environment."""
    Vault(tmp_path).fill(Place())
    monkeypatch.delenv("QIANDAO_ENVIRONMENT", raising=False)
    values = {
        "DATABASE_URL": "mysql+aiomysql://u:p@h/identity",
        "REDIS_URL": "redis://h",
        "SIGNING_KEYS_FILE": str(tmp_path / "signing-keys.pem"),
        "PII_SECRET": "1:" + bytes(range(32)).hex(),
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "c" * 32,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"IDENTITY_{name}", value)
    return monkeypatch


def test_production_asks_the_real_wechat(environment: pytest.MonkeyPatch) -> None:
    """The base URL needs no setting."""
    assert load(Settings).wechat_base_url == WECHAT_BASE_URL


def test_a_local_stack_may_ask_another_wechat(environment: pytest.MonkeyPatch) -> None:
    """Only the base URL differs from production."""
    environment.setenv("QIANDAO_ENVIRONMENT", "local")
    environment.setenv("IDENTITY_WECHAT_BASE_URL", "http://127.0.0.1:8090")

    assert load(Settings).wechat_base_url == "http://127.0.0.1:8090"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDENTITY_WECHAT_BASE_URL", "http://127.0.0.1:8090"),
        ("IDENTITY_PII_SECRET", "1:abcd"),
        ("IDENTITY_SIGNING_KEYS_FILE", "/nonexistent"),
        ("IDENTITY_SIGNING_KEYS_FILE", __file__),
        ("IDENTITY_WECHAT_APP_SECRET", "short"),
    ],
)
def test_a_wrong_value_stops_the_process(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """The variable is named and a secret's value is not shown."""
    environment.setenv(name, value)

    with pytest.raises(SystemExit):
        load(Settings)

    told = capsys.readouterr().err
    assert name in told
    assert not name.endswith("SECRET") or value not in told

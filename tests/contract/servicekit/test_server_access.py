"""What a process says of servers that refuse it or do not answer, before it serves."""

from typing import Any

import pytest
from pydantic_settings import SettingsConfigDict
from sqlalchemy import make_url

from servicekit import server_access
from servicekit.settings import OwnSettings

_URLS = ("database_url", "redis_url", "amqp_url")


class Settings(OwnSettings):
    """Of a process that needs every server."""

    model_config = SettingsConfigDict(env_prefix="SOMEBODY_")

    database_url: str
    redis_url: str
    amqp_url: str


@pytest.fixture
def urls(database_url: str, redis_url: str, amqp_url: str) -> dict[str, str]:
    """Of servers that let us in."""
    return dict(zip(_URLS, (database_url, redis_url, amqp_url), strict=True))


def changed(url: str, **changes: Any) -> str:
    """The same URL with something else in it."""
    return make_url(url).set(**changes).render_as_string(hide_password=False)


async def test_who_is_let_in_says_nothing(urls: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    """All three, as they should be."""
    await server_access.ask(Settings(ops_address="127.0.0.1:1", **urls))
    assert caplog.text == ""


@pytest.mark.parametrize(("setting", "server"), list(zip(_URLS, ("MySQL", "Redis", "RabbitMQ"), strict=True)))
async def test_a_wrong_password_ends_the_process(
    urls: dict[str, str], caplog: pytest.LogCaptureFixture, setting: str, server: str
) -> None:
    """One line: who refuses whom, and what to mend; no password."""
    wrong = urls | {setting: changed(urls[setting], password="not-this-one")}
    with pytest.raises(SystemExit) as ended:
        await server_access.ask(Settings(ops_address="127.0.0.1:1", **wrong))
    assert ended.value.code == 1
    [said] = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert said.startswith(f"{server} refuses admin@127.0.0.1:")
    assert f"Mend SOMEBODY_{setting.upper()}" in said
    assert "not-this-one" not in caplog.text


async def test_an_unknown_schema_ends_the_process(urls: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    """It will not come by itself."""
    wrong = urls | {"database_url": changed(urls["database_url"], database="no_such_schema")}
    with pytest.raises(SystemExit):
        await server_access.ask(Settings(ops_address="127.0.0.1:1", **wrong))
    assert "Unknown database 'no_such_schema'" in caplog.text


async def test_a_server_that_does_not_answer_is_waited_for(
    urls: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Each is named with its place, and the process starts."""
    away = {setting: changed(url, port=1) for setting, url in urls.items()}
    await server_access.ask(Settings(ops_address="127.0.0.1:1", **away))
    told = [each.getMessage() for each in caplog.records if each.name == server_access.__name__]
    assert sorted(each.split(" does not answer as ")[0] for each in told) == ["MySQL", "RabbitMQ", "Redis"]
    assert all("127.0.0.1:1/" in each and "mend SOMEBODY_" in each for each in told)

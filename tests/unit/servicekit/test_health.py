"""The pages of the ops port."""

import tomllib
from pathlib import Path

import msgspec

from servicekit import VERSION
from servicekit.health import Health


def test_a_process_adds_pages_of_json() -> None:
    """What it returns at the moment is served."""
    health = Health("127.0.0.1:0")
    health.page("/recent", lambda: {"lines": []})
    status, kind, body = health._answer("/recent")
    assert (status, kind, msgspec.json.decode(body)) == (200, "application/json", {"lines": []})


def test_an_unknown_page_names_those_there_are() -> None:
    """Also those that were added."""
    health = Health("127.0.0.1:0")
    health.page("/recent", dict)
    status, _, body = health._answer("/status")
    assert status == 404
    assert b"/metrics, /recent" in body


def test_readiness_is_what_the_process_says() -> None:
    """503 until it serves."""
    health = Health("127.0.0.1:0")
    assert health._answer("/readyz")[0] == 503
    health.is_ready = True
    assert health._answer("/readyz")[0] == 200


def test_the_version_is_that_of_the_project() -> None:
    """A release changes both."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION

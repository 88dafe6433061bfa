"""A process that a server refuses ends before it serves: a rollout with a wrong password stops at its first pod."""

import json

import pytest

from deploy.fleet import PROCESSES
from tests.e2e import stack

_REFUSING = [(process.name, "DATABASE_URL") for process in PROCESSES.values() if process.schema]


@pytest.mark.parametrize(("name", "url"), [*_REFUSING, ("gateway", "REDIS_URL"), ("recorder", "AMQP_URL")])
async def test_a_wrong_password_is_the_first_that_a_process_logs(name: str, url: str) -> None:
    """One line, and an end that whoever watches the process can see."""
    process = PROCESSES[name]
    variable = f"{process.prefix}{url}"
    wrong = {variable: stack.changed_url(variable, password="not-this-one")}
    ended = stack.run(name, process.module, changes=wrong)
    first = json.loads(ended.stderr.splitlines()[0])
    assert (ended.returncode, first["level"]) == (1, "CRITICAL"), ended.stderr
    assert f"Mend {variable}" in first["message"]
    assert "not-this-one" not in ended.stderr

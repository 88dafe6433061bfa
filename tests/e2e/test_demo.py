"""`make demo`, as somebody types it on their first day."""

import asyncio
import re
import subprocess
from functools import partial

import pytest

from deploy.fleet import ROOT
from deploy.local import demo, stack
from deploy.local.launch import LaunchError
from tests.e2e.api import Api
from tests.e2e.stack import eventually
from tests.ports import reserved_port

# Of curl.
_TIME_IS_OVER = 28
_DEMO = (stack.PYTHON, "-m", "deploy.local.stack", "demo")


async def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """What a command said, and how it ended."""
    quietly = partial(subprocess.run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return await asyncio.to_thread(quietly, command)


async def test_the_demo_tells_every_step_and_what_came_of_it(api: Api) -> None:
    """A refusal in words with its distance, an acceptance, a duplicate, and the numbers of people."""
    told = await run(*_DEMO)

    assert told.returncode == 0, told.stderr
    asked = [line for line in told.stdout.splitlines() if line and not line.startswith("  -> ")]
    heard = [line.removeprefix("  -> ") for line in told.stdout.splitlines() if line.startswith("  -> ")]
    assert len(asked) == len(heard) == 10
    refused, accepted, duplicate, numbers = heard[-4:]
    assert refused.startswith("refused: ") and "2.2" in refused
    assert (accepted.partition(":")[0], duplicate.partition(":")[0]) == ("accepted", "duplicate")
    assert numbers == "1 checked in, 0 refused: people, not tries"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
async def test_what_the_readme_types_shows_what_the_demo_made(api: Api, readme: str) -> None:
    """The student among the people, and the live numbers until curl's time is over."""
    assert (await run(*_DEMO)).returncode == 0
    _, lines, *_ = re.findall("^```sh$(.*?)^```$", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    typed = lines.replace("http://127.0.0.1:8080", str(api.http.base_url).rstrip("/"))

    async def is_listed() -> "subprocess.CompletedProcess[str] | None":
        """What was said, once the list has the student: it comes a moment after the numbers."""
        said = await run("bash", "-c", typed)
        return said if '"status":"checked_in"' in said.stdout.split("event: stats", 1)[0] else None

    told = await eventually(is_listed)

    assert '"checked_in":1' in told.stdout.split("event: stats", 1)[1]
    assert told.returncode == _TIME_IS_OVER


async def test_where_nothing_listens_the_demo_says_how_to_start_it() -> None:
    """Its reader has never seen this system."""
    with pytest.raises(LaunchError, match="make up"):
        await asyncio.to_thread(demo.tell, f"http://127.0.0.1:{reserved_port()}")

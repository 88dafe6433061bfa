"""The life of a process: what runs in the background ends with it."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from deploy.local.credentials import Authority
from servicekit.process import end_all


async def test_a_task_that_loses_its_cancellation_ends_all_the_same() -> None:
    """A library may swallow one; the loop around it would go on for ever."""
    began = asyncio.Event()
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                began.set()
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await began.wait()
    await end_all([task])
    assert task.cancelled()
    assert lost == 2


_CHILD = """
import asyncio
from pydantic_settings import SettingsConfigDict
from servicekit import process
from servicekit.settings import OwnSettings

class Settings(OwnSettings):
    model_config = SettingsConfigDict(frozen=True)
    ops_address: str = "127.0.0.1:0"

async def fails():
    raise ValueError("one item too many")

async def ends():
    await asyncio.sleep(0)

async def is_cancelled():
    raise asyncio.CancelledError

async def goes_on():
    await asyncio.Event().wait()

async def compose(running, settings):
    running.background({part}(), "part")
    {waits}

process.run("child", Settings, compose)
"""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process cannot start without."""
    folder = tmp_path_factory.mktemp("tls")
    Authority(folder).issue(["child"])
    files = {"CA": "ca.pem", "CERT": "child.pem", "KEY": "child.key"}
    return {**os.environ, **{f"QIANDAO_TLS_{each}_FILE": str(folder / name) for each, name in files.items()}}


def _run_child(environ: dict[str, str], part: str, waits: str = "pass") -> subprocess.CompletedProcess[str]:
    code = _CHILD.format(part=part, waits=waits)
    return subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("part", ["fails", "ends", "is_cancelled"])
def test_a_part_that_ends_ends_the_process_with_a_code_that_is_not_zero(part: str, environ: dict[str, str]) -> None:
    """Whoever watches the process sees that it failed, and the log says which part."""
    ended = _run_child(environ, part)
    assert ended.returncode == 1, ended.stderr
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["message"].split(",")[0] for line in told if line["level"] == "CRITICAL"] == [
        {
            "fails": "background task part failed",
            "ends": "background task part ended by itself",
            "is_cancelled": "background task part was cancelled",
        }[part]
    ]


def test_a_part_that_ends_while_others_are_built_ends_the_process_too(environ: dict[str, str]) -> None:
    """What is built next may wait for it, and would wait for ever."""
    ended = _run_child(environ, "fails", "await asyncio.Event().wait()")
    assert ended.returncode == 1, ended.stderr


def test_a_signal_ends_the_process_with_code_zero(environ: dict[str, str]) -> None:
    """Being told to stop is no failure, and what runs in the background ends with it."""
    told_to_stop = "asyncio.get_running_loop().call_later(0.2, os.kill, os.getpid(), signal.SIGTERM)"
    ended = _run_child(environ, "goes_on", f"import os, signal; {told_to_stop}")
    assert ended.returncode == 0, ended.stderr

"""Starting, finding again and stopping programs."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import launch
from deploy.local.launch import LaunchError, Program

SLEEPER = "import time, sys; print('hello', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(launch, "RUN", tmp_path / "run")
    monkeypatch.setattr(launch, "LOGS", tmp_path / "log")
    yield
    for name in launch.names_on_file():
        launch.stop(name, 0)
    while launch.CHILDREN:
        launch.CHILDREN.pop().wait(10)


def said_hello(name: str) -> Callable[[], bool]:
    """Ready when it has printed its word."""
    return lambda: "hello" in launch.log_path(name).read_text()


def program(name: str = "sleeper", script: str = SLEEPER, ports: dict[str, int] | None = None) -> Program:
    """A program that is a line of Python."""
    return Program(name, (sys.executable, "-c", script), ports or {}, said_hello(name), ready_within_s=20)


def pid_of(name: str) -> int:
    """The pid of a program that runs."""
    found = launch.running(name)
    assert found is not None
    return found.pid


def test_a_program_is_started_once() -> None:
    """The second call finds it running and leaves it alone."""
    assert launch.ensure(program()) == "started"
    first = pid_of("sleeper")
    assert launch.ensure(program()) == "running"
    assert pid_of("sleeper") == first


def test_a_killed_program_is_started_again() -> None:
    """kill -9 of anything is healed by the next call, which says so."""
    launch.ensure(program())
    os.kill(pid_of("sleeper"), signal.SIGKILL)
    launch.CHILDREN[-1].wait(10)
    assert launch.ensure(program()) == "restarted: it was dead"


def test_a_changed_program_is_restarted() -> None:
    """Another environment is another digest."""
    launch.ensure(program())
    changed = Program("sleeper", (sys.executable, "-c", SLEEPER), {}, said_hello("sleeper"), {"SETTING": "new"})
    assert launch.ensure(changed) == "restarted: changed"


def test_a_recycled_pid_is_nobody_of_ours() -> None:
    """A pid file whose start time is another process's is dead, and stopping it kills nothing."""
    launch.ensure(program())
    found = launch.record("sleeper")
    assert found is not None
    path = launch.RUN / "sleeper.pid"
    original = path.read_text()
    path.write_text(original.replace(found.started, "1 another-boot"))
    assert launch.running("sleeper") is None
    assert launch.stop("sleeper", 5) == "was not running"
    assert found.is_alive()
    path.write_text(original)


def test_a_program_that_ends_is_reported_with_its_last_words() -> None:
    """The error holds the end of the log."""
    with pytest.raises(LaunchError, match="broken ended at once(.|\n)*no such setting"):
        launch.start(program("broken", "import sys; sys.exit('no such setting')"))


def test_a_taken_port_is_named_before_anything_starts() -> None:
    """The error says which port, for what, and how to find who has it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LaunchError, match=rf"needs port {port} \(http\).*QIANDAO_HTTP_PORT"):
            launch.start(program(ports={"http": port}))
    assert launch.record("sleeper") is None


def test_stopping_is_gentle_then_firm() -> None:
    """SIGTERM ends an ordinary program; one that ignores it is killed after its grace."""
    launch.ensure(program())
    assert launch.stop("sleeper", 10) == "stopped"
    launch.ensure(program("stubborn", STUBBORN))
    assert launch.stop("stubborn", 0.2) == "killed: it did not stop in time"
    assert launch.names_on_file() == []


def test_long_log_lines_keep_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback in one JSON line is cut in its middle, where it says least."""
    script = "import sys; sys.exit('start ' + 'x' * 5000 + ' end')"
    with pytest.raises(LaunchError, match=r"start x+ \.\.\. x+ end") as caught:
        launch.start(program("broken", script))
    assert len(str(caught.value)) < 1000


def test_a_digest_follows_the_code() -> None:
    """Content counts, and only code: not a cache, not a readme."""
    assert launch.digest_of(["servicekit"]) != launch.digest_of(["servicekit/clock.py"])
    assert launch.digest_of(["servicekit"]) == launch.digest_of(["servicekit"])

"""The command line itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import up
from deploy.operate.__main__ import activity_or_all, parser, seconds
from deploy.operate.surroundings import Surroundings
from deploy.operate.tasks import environment

_ROOT = Path(__file__).parents[3]
_ATTEMPT = "0192f0c1-2b7a-7cc3-9b1e-5a2f6d0c4e11"


def test_an_id_may_be_copied_in_capitals() -> None:
    """And anything else is refused as it is typed."""
    assert parser().parse_args(["trace", _ATTEMPT.upper()]).id == bytes.fromhex(_ATTEMPT.replace("-", ""))
    assert activity_or_all(_ATTEMPT) == _ATTEMPT
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(["trace", "42"])
    assert caught.value.code == 2


def test_a_switch_needs_a_reason_and_an_end() -> None:
    """Both are asked for by name."""
    complete = ["switch", "set", "mute-signal", "DEVICE_NEW", "--for", "10m", "--reason", "why"]
    assert parser().parse_args(complete).for_s == 600
    for missing in ("--for", "--reason"):
        at = complete.index(missing)
        with pytest.raises(SystemExit):
            parser().parse_args(complete[:at] + complete[at + 2 :])


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("10m", 600), ("24h", 86_400)])
def test_spans_are_typed_with_a_unit(text: str, expected: int) -> None:
    """Seconds, minutes or hours."""
    assert seconds(text) == expected


def test_make_up_puts_the_command_beside_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link into the code, so that it never grows old; repeatable."""
    monkeypatch.setattr(up, "VENV", tmp_path)
    (tmp_path / "bin").mkdir()
    up.link_commands()
    up.link_commands()
    assert (tmp_path / "bin" / "qiandao").resolve() == _ROOT / "deploy" / "operate" / "qiandao"


def test_the_command_needs_none_of_the_launchers_code() -> None:
    """The image has the table of processes, and nothing of deploy/local."""
    show = (
        "import sys, deploy.operate.__main__; print(*(name for name in sys.modules if name.startswith('deploy.local')))"
    )
    done = subprocess.run([sys.executable, "-c", show], cwd=_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_task_gets_the_environment_of_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing that the caller's shell says besides."""
    monkeypatch.setenv("RECORDER_DATABASE_URL", "mysql://of-the-shell")
    monkeypatch.setenv("EDITOR", "vi")
    seen = Surroundings("", True, {"recorder": {"RECORDER_DATABASE_URL": "mysql://of-the-stack"}})
    found = environment(seen, "recorder")
    assert found["RECORDER_DATABASE_URL"] == "mysql://of-the-stack"
    assert "EDITOR" not in found

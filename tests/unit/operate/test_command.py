"""The command line itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import up
from deploy.operate.__main__ import parser, seconds
from deploy.operate.surroundings import Surroundings
from deploy.operate.tasks import environment

_ROOT = Path(__file__).parents[3]
_ATTEMPT = "0192f0c1-2b7a-7cc3-9b1e-5a2f6d0c4e11"


def test_an_id_may_be_copied_in_capitals() -> None:
    """And anything else is refused as it is typed."""
    assert parser().parse_args(["trace", _ATTEMPT.upper()]).id == bytes.fromhex(_ATTEMPT.replace("-", ""))
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(["trace", "42"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "words", [[_ATTEMPT], [_ATTEMPT.upper()], ["all"], ["organisation", _ATTEMPT], ["since", "2026-09-01"]]
)
def test_what_is_rebuilt_is_passed_on_as_it_was_said(words: list[str]) -> None:
    """An activity, all, an organisation, or since a day."""
    assert parser().parse_args(["rebuild", *words]).what == words


@pytest.mark.parametrize(
    ("words", "names", "cure"),
    [
        (["everything"], "activity_id: 'everything' is no id", "or one of <activity_id> | all"),
        (["organisation", "42"], "organisation_id: '42' is no id", "say one such as 01890000-"),
        (["organisation"], "organisation_id is missing", "say organisation <organisation_id>"),
        (["since", "yesterday"], "since: 'yesterday' is no day", "2026-09-01"),
        (["since", "2026-02-30"], "since: '2026-02-30' is no day", "2026-09-01"),
        (["since", "9999-01-01"], "since: 9999-01-01 is yet to come", "a day that has begun"),
        (["since"], "the day is missing", "say since <YYYY-MM-DD>"),
        (["all", "since", "2026-09-01"], "say one of", "since <YYYY-MM-DD>"),
    ],
)
def test_what_cannot_be_rebuilt_is_told_with_its_cure(
    words: list[str], names: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is reached: which word it was, and what to say instead."""
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(["rebuild", *words])
    said = capsys.readouterr().err
    assert (caught.value.code, names in said, cure in said) == (2, True, True), said


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

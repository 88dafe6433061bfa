"""Which Python the virtual environment is made with."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.docker.image import PUBLISHED_BASE
from deploy.local import interpreter, up
from deploy.local.interpreter import LOCKED, Choice, Interpreter

ROOT = Path(__file__).parents[3]
SLOW = Interpreter("/slow/python3.11", (*LOCKED, 7), can_make_venv=True)
FAST = Interpreter("/fast/python3.11", (*LOCKED, 2), can_make_venv=True)
Make = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes programs of that name, each a shell script, in a folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(interpreter, "_DEBIAN", tmp_path)
    monkeypatch.setattr(interpreter, "_PYENV", tmp_path)

    def make(name: str, script: str) -> Path:
        made = folder / name
        made.write_text(f"#!/bin/sh\n{script}\n")
        made.chmod(0o755)
        return made

    return make


def says(path: str, version: tuple[int, int, int], *, can_make_venv: bool = True, kind: str = "cpython") -> str:
    """The script of a Python that describes itself like this."""
    return f"echo '{json.dumps([path, version, kind, can_make_venv])}'"


def test_the_fastest_is_taken_and_the_others_are_told() -> None:
    """By how much, and where they are, for whoever wonders why."""
    choice = interpreter.fastest({SLOW: 0.024, FAST: 0.020})
    assert choice.python == FAST
    assert str(choice) == (
        "Python 3.11.2 (/fast/python3.11): the fastest here;"
        " the same work takes 20 % more with Python 3.11.7 (/slow/python3.11)"
    )


def test_the_work_runs_and_takes_time() -> None:
    """On a real Python, in CPU seconds."""
    own = interpreter.this_one()
    assert 0 < interpreter._measure([own])[own] < float("inf")


def test_a_fast_moment_of_the_machine_does_not_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several rounds the middle one decides, not the least that anybody took; what never runs comes last."""
    broken = Interpreter("/broken", (*LOCKED, 1), can_make_venv=True)
    pace = iter([1, 1, 0.5, 1, *[1, 1] * 5, 0.5, 1, 2, 2])
    work_s = {SLOW.path: 0.026, FAST.path: 0.020}

    def run(program: Path, *_: object) -> str:
        return str(work_s[str(program)] * next(pace)) if str(program) in work_s else ""

    monkeypatch.setattr(interpreter, "_run", run)
    took = interpreter._measure([SLOW, FAST, broken])
    assert sorted(took, key=lambda python: took[python]) == [FAST, SLOW, broken]


def test_a_shim_is_the_python_behind_it(program: Make) -> None:
    """The same Python under several names is measured once."""
    program("python3", f'exec {sys.executable} "$@"')
    program("python3.11", f'exec {sys.executable} "$@"')
    own = interpreter.this_one()
    assert interpreter._find(own) == [own]
    assert interpreter.choose(may_install=True) == Choice(own, "the only Python 3.11 here")


def test_only_a_cpython_of_the_locked_version_counts(program: Make) -> None:
    """Wheels are for one minor version; what is broken is passed over."""
    program("python3", says("/newer", (3, 12, 1)))
    program("python3.11", says("/pypy", (*LOCKED, 1), kind="pypy"))
    assert interpreter._find(SLOW) == [SLOW]
    program("python3", "exit 1")
    assert interpreter._find(SLOW) == [SLOW]


@pytest.mark.parametrize("may_install", [True, False])
def test_debians_counts_without_its_package_when_that_can_be_installed(
    program: Make, monkeypatch: pytest.MonkeyPatch, *, may_install: bool
) -> None:
    """Anybody else's Python that cannot make a virtual environment never does."""
    debians = Interpreter(str(interpreter._DEBIAN / "python3.11"), (*LOCKED, 2), can_make_venv=False)
    program("python3", says(debians.path, debians.version, can_make_venv=False))
    program("python3.11", says("/opt/python3.11", (*LOCKED, 3), can_make_venv=False))
    own = interpreter.this_one()
    monkeypatch.setattr(interpreter, "_measure", lambda pythons: {python: len(python.path) for python in pythons})
    shortest = min((own, debians), key=lambda python: len(python.path))
    assert interpreter.choose(may_install=may_install).python == (shortest if may_install else own)


def test_the_choice_is_remembered_in_the_virtual_environment(tmp_path: Path) -> None:
    """And an environment from before there was a choice says so."""
    assert interpreter.recall(tmp_path) is None
    choice = Choice(FAST, "the fastest here")
    choice.remember(tmp_path)
    assert interpreter.recall(tmp_path) == choice
    assert interpreter.told(tmp_path) == "Python 3.11.2 (/fast/python3.11): the fastest here"


def test_nothing_is_chosen_while_the_virtual_environment_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The choice is made once; only a Python that was named may still change it."""
    own = interpreter.this_one()
    monkeypatch.setattr(up, "VENV", tmp_path)
    monkeypatch.setattr(up, "_runs", lambda python: True)
    assert up.choose_python(is_named=False) is None
    assert up.choose_python(is_named=True) == Choice(own, "named by PYTHON")
    Choice(own, "the fastest here").remember(tmp_path)
    assert up.choose_python(is_named=True) is None
    Choice(SLOW, "the fastest here").remember(tmp_path)
    assert up.choose_python(is_named=True) == Choice(own, "named by PYTHON")


def test_a_chosen_python_that_makes_no_environment_gets_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package of just that version; none where the environment is there already."""
    monkeypatch.setattr(up, "has_program", lambda program: True)
    monkeypatch.setattr(up, "_RABBITMQ", Path("/"))
    bare = Interpreter("/usr/bin/python3.11", (*LOCKED, 2), can_make_venv=False)
    assert up.missing_packages(Choice(bare, "the fastest here")) == ["python3.11-venv"]
    assert up.missing_packages(Choice(FAST, "the fastest here")) == []
    assert up.missing_packages() == []


@pytest.mark.parametrize(("named", "is_told"), [([], False), (["PYTHON=python3"], True)])
def test_make_tells_whether_somebody_named_the_python(named: list[str], *, is_told: bool) -> None:
    """On its command line; the default names nobody."""
    done = subprocess.run(["make", "-n", "up", *named], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ("--this-python" in done.stdout) == is_told


def test_lock_image_and_choice_agree_on_the_version() -> None:
    """Wheels of one minor version are pinned, installed here and put into the image."""
    minor = ".".join(map(str, LOCKED))
    assert re.findall(r"--python-version (\d+\.\d+)", (ROOT / "Makefile").read_text()) == [minor]
    assert f"/python:{minor}-" in PUBLISHED_BASE

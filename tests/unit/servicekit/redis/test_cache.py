"""A Lua script as Redis gets it: the files beside a module, and what Python decides."""

from enum import IntEnum
from pathlib import Path

import pytest

from servicekit.redis.cache import Script


class Size(IntEnum):
    """A number with a name."""

    FIELD = 17


@pytest.fixture
def module(tmp_path: Path) -> str:
    """A module with two scripts beside it."""
    (tmp_path / "twice.lua").write_text("-- Twice.\nlocal function twice(n) return 2 * n end\n")
    (tmp_path / "size.lua").write_text("-- A size.\nreturn twice(FIELD) .. NAME\n")
    return str(tmp_path / "module.py")


def test_what_python_decides_is_known_by_its_name(module: str) -> None:
    """And every line keeps its number."""
    script = Script(module, "size", FIELD=Size.FIELD, NAME="#seats:")
    assert script.text == 'local FIELD, NAME = 17, "#seats:" -- A size.\nreturn twice(FIELD) .. NAME\n'


def test_functions_of_other_files_come_first(module: str) -> None:
    """In the order in which they are named."""
    lines = Script(module, "twice", "size").text.splitlines()
    assert lines[0] == "-- Twice."
    assert lines[-1] == "return twice(FIELD) .. NAME"


def test_scripts_with_other_values_are_other_scripts(module: str) -> None:
    """Redis knows them by their digest."""
    digests = {Script(module, "size", FIELD=size, NAME="").digest for size in (17, 17, 33)}
    assert len(digests) == 2


def test_a_script_that_is_not_there_is_missed_when_the_module_is_loaded(module: str) -> None:
    """Not when somebody checks in."""
    with pytest.raises(FileNotFoundError):
        Script(module, "nowhere")

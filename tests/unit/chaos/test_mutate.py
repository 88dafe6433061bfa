"""The table of mutations fits the code as it is, wherever that lives, and mutating leaves no trace."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.fleet import ROOT
from tests.chaos.mutate import MUTATIONS, Mutation, Sources, Tree, copied, misfits

_RATE = Mutation("rate", "Limit.rate", "return 1", "return 2", ())


@pytest.fixture(scope="module")
def sources() -> Sources:
    """All code of the product."""
    return Sources(ROOT)


@pytest.fixture
def tree() -> Iterator[Tree]:
    """A copy of everything."""
    with copied() as tree:
        yield tree


def write(path: Path, *lines: str) -> None:
    """A file of a small tree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]))


def test_every_mutation_finds_its_function_and_its_text_once(sources: Sources) -> None:
    """Whoever changes a fallback says anew what disables it."""
    assert list(misfits(MUTATIONS, sources)) == []


def test_a_mutation_that_no_longer_fits_is_named(sources: Sources) -> None:
    """A function that is nowhere, text that is nowhere in it, and text that is there twice."""
    lost = Mutation("lost", "Allowance.gone", "self", "", ())
    gone = Mutation("gone", "Allowance.spend", "no such line", "", ())
    vague = Mutation("vague", "Allowance.spend", "self", "", ())
    lines = list(misfits([lost, gone, vague], sources))
    assert [line.partition(":")[0] for line in lines] == ["lost", "gone", "vague"]
    assert "no Allowance.gone" in lines[0]
    assert "0 times in Allowance.spend" in lines[1]


def test_a_mutation_survives_the_move_of_its_file(tmp_path: Path) -> None:
    """Its function is found by name, in whatever folder and at whatever depth of a class."""
    write(tmp_path / "before" / "limits.py", "class Limit:", "    def rate(self):", "        return 1")
    assert Sources(tmp_path).find(_RATE).path.parent.name == "before"
    (tmp_path / "before").rename(tmp_path / "after")
    assert Sources(tmp_path).find(_RATE).source() == "    def rate(self):\n        return 1\n"


def test_of_two_functions_of_one_name_the_one_with_the_text_is_meant(tmp_path: Path) -> None:
    """Unless both have it: then nobody knows which."""
    write(tmp_path / "a" / "one.py", "class Limit:", "    def rate(self):", "        return 1")
    write(tmp_path / "b" / "two.py", "class Limit:", "    def rate(self):", "        return 3")
    assert Sources(tmp_path).find(_RATE).path.name == "one.py"
    write(tmp_path / "b" / "two.py", "class Limit:", "    def rate(self):", "        return 1")
    with pytest.raises(LookupError, match="2 times in Limit.rate"):
        Sources(tmp_path).find(_RATE)


def test_only_the_function_is_changed(tmp_path: Path) -> None:
    """The same text before and after it stays."""
    path = tmp_path / "limits" / "limits.py"
    write(path, "def a():", "    return 1", "class Limit:", "    def rate(self):", "        return 1", "B = 'return 1'")
    before = path.read_text()
    with Tree(tmp_path).mutated(_RATE):
        assert path.read_text() == before.replace("        return 1", "        return 2")
    assert path.read_text() == before


def test_names_are_unique() -> None:
    """They are what `only=` chooses by."""
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_the_tests_are_there() -> None:
    """Every file that should turn red exists."""
    named = {argument for mutation in MUTATIONS for argument in mutation.tests if argument.startswith("tests/")}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_only_a_copy_is_changed_and_it_is_gone_in_the_end(sources: Sources) -> None:
    """The tree itself is never touched."""
    mutation = MUTATIONS[0]
    original = sources.find(mutation).path
    before = original.read_text()
    with copied() as tree, tree.mutated(mutation):
        assert (tree.folder / original.relative_to(ROOT)).read_text() != before
        assert original.read_text() == before
    assert not tree.folder.exists()


def test_a_mutation_ends_with_its_block(tree: Tree, sources: Sources) -> None:
    """The next one finds the copy as it was, even when somebody interrupts."""
    mutation = MUTATIONS[0]
    original = sources.find(mutation).path
    with pytest.raises(KeyboardInterrupt), tree.mutated(mutation):
        raise KeyboardInterrupt
    assert (tree.folder / original.relative_to(ROOT)).read_text() == original.read_text()


def test_a_script_is_found_by_the_name_of_its_file(tmp_path: Path) -> None:
    """And all of it is where the text may stand."""
    write(tmp_path / "limits" / "rate.lua", "-- A rate.", "return 1")
    rate = replace(_RATE, within="rate.lua")
    assert Sources(tmp_path).find(rate).source() == "-- A rate.\nreturn 1\n"
    with Tree(tmp_path).mutated(rate):
        assert Sources(tmp_path).find(replace(rate, text="return 2")).source() == "-- A rate.\nreturn 2\n"


_PYTHON = [mutation for mutation in MUTATIONS if not mutation.within.endswith(".lua")]


@pytest.mark.parametrize("mutation", _PYTHON, ids=lambda mutation: mutation.name)
def test_a_mutated_function_is_still_python(mutation: Mutation, sources: Sources) -> None:
    """What is red by a slip of the pen proves nothing."""
    place = sources.find(mutation)
    mutated = place.path.read_text().replace(place.source(), place.source().replace(mutation.text, mutation.instead))
    compile(mutated, str(place.path), "exec")

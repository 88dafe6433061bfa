"""The table of mutations fits the code as it is, and mutating leaves no trace."""

import pytest

from deploy.local.processes import ROOT
from tests.chaos.mutate import MUTATIONS, Mutation, copied, misfits


def test_every_mutation_still_fits() -> None:
    """Whoever changes a fallback says anew what disables it."""
    assert list(misfits(MUTATIONS)) == []


def test_a_mutation_that_no_longer_fits_is_named() -> None:
    """Text that is nowhere, and text that is in several places."""
    gone = Mutation("gone", "servicekit/guesses.py", "no such line", "", ())
    vague = Mutation("vague", "servicekit/guesses.py", "self", "", ())
    assert [words.partition(":")[0] for words in misfits([gone, vague])] == ["gone", "vague"]


def test_names_are_unique() -> None:
    """They are what `only=` chooses by."""
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_the_tests_are_there() -> None:
    """Every file that should turn red exists."""
    named = {argument for mutation in MUTATIONS for argument in mutation.tests if argument.startswith("tests/")}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_only_a_copy_is_changed_and_it_is_gone_in_the_end() -> None:
    """The tree itself is never touched."""
    mutation = MUTATIONS[0]
    original = (ROOT / mutation.file).read_text()
    with copied() as tree, tree.mutated(mutation):
        assert mutation.text not in (tree.folder / mutation.file).read_text()
        assert (ROOT / mutation.file).read_text() == original
    assert not tree.folder.exists()


def test_a_mutation_ends_with_its_block() -> None:
    """The next one finds the copy as it was, even when somebody interrupts."""
    mutation = MUTATIONS[0]
    with copied() as tree:
        with pytest.raises(KeyboardInterrupt), tree.mutated(mutation):
            raise KeyboardInterrupt
        assert (tree.folder / mutation.file).read_text() == (ROOT / mutation.file).read_text()

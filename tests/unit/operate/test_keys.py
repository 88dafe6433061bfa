"""What the doctor says of keys: a missing one is named with what it sealed, one that something needs has to stay."""

from collections import Counter

from deploy.operate.checks.keys import Uses, judge
from deploy.operate.finding import Verdict


def _told(keys: list[int], uses: Uses, waiting: int | None = 0) -> dict[str, tuple[Verdict, str]]:
    return {each.what: (each.verdict, each.says) for each in judge("SECRET", keys, uses, waiting)}


def test_a_missing_key_is_wrong_and_says_what_it_sealed() -> None:
    """With the id that whoever dropped it has to bring back."""
    told = _told([2], {1: Counter(evidence=12, undecided=3), 2: Counter(evidence=5)})
    assert told["key 1 of SECRET"] == (Verdict.WRONG, "is missing, and sealed with it: 12 evidence, 3 undecided")
    assert told["key 2 of SECRET"] == (Verdict.OK, "seals; so far 5 evidence")


def test_a_missing_key_of_what_is_decided_is_worth_a_note() -> None:
    """Whoever dropped it on purpose is not told for ever that something is wrong."""
    assert _told([2], {1: Counter({"evidence": 12, "further copies": 1})})["key 1 of SECRET"][0] == Verdict.NOTE


def test_a_key_may_be_dropped_only_when_nothing_is_sealed_with_it() -> None:
    """One thing is enough to keep it, and so is a message that nobody has looked into."""
    assert _told([2, 1], {1: Counter(names=1)})["key 1 of SECRET"][1] == "must stay: 1 names"
    assert _told([2, 1], {}, waiting=4)["key 1 of SECRET"][1].startswith("must stay: 4 messages")
    assert _told([2, 1], {}, waiting=None)["key 1 of SECRET"][1].startswith("must stay: what waits in RabbitMQ")
    assert _told([2, 1], {})["key 1 of SECRET"][1].startswith("may be dropped")


def test_the_key_that_seals_is_never_called_droppable() -> None:
    """However little it has sealed so far."""
    assert _told([1], {})["key 1 of SECRET"] == (Verdict.OK, "seals; so far nothing")

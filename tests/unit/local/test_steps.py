"""The order of steps."""

import threading

import pytest

from deploy.local.steps import Step, StepError, reversed_needs, run_all, with_needs


class Diary:
    """What was done, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def step(self, name: str, *needs: str) -> Step:
        """A step that writes its name down."""

        def run() -> str:
            self.done.append(name)
            return "done"

        return Step(name, run, needs)


def test_needs_come_first() -> None:
    """A chain is done from its end, whatever the order of the table."""
    diary = Diary()
    run_all([diary.step("gateway", "checkin"), diary.step("checkin", "mariadb"), diary.step("mariadb")])
    assert diary.done == ["mariadb", "checkin", "gateway"]


def test_independent_steps_run_side_by_side() -> None:
    """Each of two steps waits until the other has begun, so neither could come first."""
    meeting = threading.Barrier(2, timeout=10)

    def meet() -> str:
        meeting.wait()
        return "met"

    run_all([Step("redis", meet), Step("mariadb", meet)])


def test_a_failure_stops_what_needs_it() -> None:
    """The error names the step and keeps its cause."""
    diary = Diary()

    def fail() -> str:
        raise OSError("no space left")

    with pytest.raises(StepError, match="mariadb") as caught:
        run_all([Step("mariadb", fail), diary.step("checkin", "mariadb")])
    assert isinstance(caught.value.__cause__, OSError)
    assert diary.done == []


def test_needs_that_were_left_out_count_as_met() -> None:
    """One process can be restarted alone."""
    diary = Diary()
    run_all([diary.step("checkin", "mariadb")])
    assert diary.done == ["checkin"]


def test_wanting_one_step_brings_what_it_needs() -> None:
    """And nothing else."""
    diary = Diary()
    table = [diary.step("mariadb"), diary.step("redis"), diary.step("accounts", "mariadb"), diary.step("x", "accounts")]
    assert [step.name for step in with_needs(table, ["accounts"])] == ["mariadb", "accounts"]


def test_an_unknown_step_is_refused() -> None:
    """The error lists the ones there are."""
    with pytest.raises(ValueError, match="there is no nothing; there are mariadb"):
        with_needs([Diary().step("mariadb")], ["nothing"])


def test_stopping_goes_the_other_way() -> None:
    """What needed others stops before them."""
    diary = Diary()
    run_all(reversed_needs([diary.step("mariadb"), diary.step("checkin", "mariadb"), diary.step("gateway", "checkin")]))
    assert diary.done == ["gateway", "checkin", "mariadb"]

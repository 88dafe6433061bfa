"""The table of faults: nothing that may break is left out, and what is in it can be broken."""

from deploy.fleet import PROCESSES, ROOT
from deploy.local.stack import Shape
from tests.chaos.breaking import SERVERS
from tests.chaos.faults import NORMAL, SILENCE, UNDECIDED, faults
from tests.chaos.trial import Fault

_MEASURED = (ROOT / "docs" / "DEGRADATION.md").read_text().partition("## Measured")[2]


def rows() -> dict[str, str]:
    """The rows of the degradation matrix as measured, and the fault that breaks each."""
    table = (
        line.split("|") for line in _MEASURED.splitlines() if line.startswith("| ") and "make chaos only" not in line
    )
    return {cells[1].strip(): cells[2].strip() for cells in table if cells[1].strip() != "-"}


def by_name() -> dict[str, Fault]:
    """All faults."""
    return {fault.name: fault for fault in faults()}


def test_every_row_of_the_degradation_matrix_is_broken_once() -> None:
    """No row is forgotten, none is tried twice, and none is made up."""
    found = {fault.row: fault.name for fault in faults() if fault.row}
    assert len(found) == len([fault for fault in faults() if fault.row])
    assert found == rows()


def test_names_are_unique() -> None:
    """They are what `only=` chooses by and what the report calls them."""
    names = [fault.name for fault in faults()]
    assert len(set(names)) == len(names)


def test_every_program_is_killed_and_stopped() -> None:
    """Processes and servers alike."""
    wanted = {f"{name} {how}" for name in (*PROCESSES, *SERVERS) for how in ("dead", "silent")}
    assert wanted <= by_name().keys()


def test_every_edge_is_cut_and_slowed() -> None:
    """With proxies, and only these need them; a second replica of a service changes nothing."""
    edges = Shape(dict.fromkeys(PROCESSES, 1), is_proxied=True).edges()
    wanted = {f"{edge.name} {how}" for edge in edges for how in ("cut", "slow")}
    assert {fault.name for fault in faults() if fault.is_proxied} == wanted


def test_nobody_is_accepted_before_antifraud_has_run() -> None:
    """Whatever keeps checkin from antifraud gives provisional answers and no others."""
    without = [fault for fault in faults() if "antifraud" in fault.name and not fault.name.startswith("recorder-")]
    unseen = [fault for fault in without if "antifraud-" not in fault.name]
    assert {fault.told for fault in unseen} == {UNDECIDED}


def test_every_fault_says_what_people_may_be_told() -> None:
    """An answer that nobody foresaw is red."""
    assert all(fault.told for fault in faults())
    assert by_name()["gateway dead"].told == SILENCE
    assert by_name()["redis dead"].told == NORMAL

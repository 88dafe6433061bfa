"""Which disturbances are played, and on which release each of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from deploy.local.launch import LaunchError
from tests.deploy.cluster import disturbances
from tests.deploy.cluster.crowd import Crowd, Outcome

NEW, OLD = "new", "old"

_RATE = 30.0
_BUSY = 110.0
# A request that is under way in a pod that is killed gets no answer.
_KILLED = 0.005
# Gateways from before this are ready a second before they have the signing keys, and two of them begin in a rollback.
INFORMED = "f11073c"
_UNINFORMED = 0.01


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table.

    Attributes:
        begins: The release it is played on, by the tag of its image.
        ends: The release it leaves.
        may_fail: The share of requests that may get no answer or a 5xx.
    """

    name: str
    play: Callable[[Crowd], Awaitable[Outcome]]
    begins: str = NEW
    ends: str = NEW
    may_fail: float = 0.0


SCENARIOS = (
    Scenario("upgrade", lambda crowd: crowd.during("rolling upgrade", _RATE, disturbances.upgrade(NEW)), begins=OLD),
    Scenario("rollback", lambda crowd: crowd.during("rollback", _RATE, disturbances.roll_back), ends=OLD),
    Scenario("again", lambda crowd: crowd.during("upgrade again", _RATE, disturbances.upgrade(NEW)), begins=OLD),
    Scenario("rush", lambda crowd: crowd.rush(1000)),
    Scenario("refuse", lambda crowd: crowd.during("upgrades that servers refuse", _RATE, disturbances.refuse)),
    Scenario(
        "kill",
        lambda crowd: crowd.during("kill of each pod in turn", _RATE, disturbances.kill_each),
        may_fail=_KILLED,
    ),
    Scenario("drain", lambda crowd: crowd.during("drain against the budgets", _RATE, disturbances.drain)),
    Scenario("out", lambda crowd: crowd.during("scale-out by KEDA", _BUSY, disturbances.scale_out("gateway", 90))),
    Scenario("in", lambda crowd: crowd.during("scale-in by KEDA", _RATE / 2, disturbances.scale_in("gateway", 2, 300))),
    Scenario("spread", lambda crowd: crowd.during("checkin to 3 pods", _RATE, disturbances.spread("checkin", 3))),
    Scenario(
        "calendar",
        lambda crowd: crowd.during(
            "calendar asks for pods", _RATE / 2, disturbances.calendar(crowd, "gateway", expected=2000)
        ),
    ),
)


def chosen(only: str, has_old: bool) -> list[Scenario]:
    """What is played, in order: all, or those named; without a release before, what needs one is left out.

    Args:
        only: Names with commas between.

    Raises:
        LaunchError: There is no scenario of that name, or one that is named needs a release before.
    """
    if not only:
        return [each for each in SCENARIOS if has_old or not needs_old(each)]
    names, all_names = set(only.split(",")), [each.name for each in SCENARIOS]
    if unknown := names - set(all_names):
        raise LaunchError(f"only={only}: {', '.join(sorted(unknown))} is none of {', '.join(all_names)}")
    found = [each for each in SCENARIOS if each.name in names]
    if not has_old and any(map(needs_old, found)):
        raise LaunchError(f"only={only}: there is no release before; name a tag or a commit with upgrade-from=...")
    return found


def lenient(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """What they allow where the release before is from before INFORMED."""
    return [replace(each, may_fail=_UNINFORMED) if each.ends == OLD else each for each in scenarios]


def needs_old(scenario: Scenario) -> bool:
    """Whether it is about two releases."""
    return OLD in (scenario.begins, scenario.ends)


def first(scenarios: Sequence[Scenario], is_asked_for: bool) -> str:
    """The release to install at first: the one before if anything needs it, or an upgrade from it was asked for."""
    return OLD if is_asked_for or any(map(needs_old, scenarios)) else NEW


def needed(scenarios: Sequence[Scenario], first_tag: str) -> list[str]:
    """The releases whose images have to be there, the first one first."""
    return list(dict.fromkeys((first_tag, *(tag for each in scenarios for tag in (each.begins, each.ends)))))


def judge(outcome: Outcome, scenario: Scenario, found: set[str], left: set[str], names: dict[str, str]) -> None:
    """Writes into a row which release it tested; it is wrong if that is not the one that its scenario is about.

    Args:
        found: Tags of the images of ready pods before it.
        left: The same after it.
        names: What people call the releases, by tag.
    """
    outcome.may_fail = scenario.may_fail
    outcome.release = " -> ".join(dict.fromkeys((_called(found, names), _called(left, names))))
    if (found, left) != ({scenario.begins}, {scenario.ends}):
        outcome.wrong += 1
        expected = dict.fromkeys((names[scenario.begins], names[scenario.ends]))
        outcome.remarks.append(f"not the release it is about: {' -> '.join(expected)}")


def _called(tags: set[str], names: dict[str, str]) -> str:
    return " and ".join(names.get(tag, tag) for tag in sorted(tags)) or "none"

"""Every metric that our processes have, by the names of its samples, and what others may add."""

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from prometheus_client import REGISTRY

from deploy.fleet import PROCESSES

_FOREIGN = re.compile(
    r"^(up|slo:.*|(rabbitmq|mysql|redis|kube|keda|container|process|python|node|go|prometheus|scrape)_.*)$"
)
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """sum rate increase irate max min avg count histogram_quantile by without on ignoring group_left
        group_right and or unless vector absent abs clamp_max clamp_min clamp delta deriv time scalar label_replace topk
        bottomk quantile bool max_over_time min_over_time avg_over_time sum_over_time count_over_time last_over_time
        offset inf nan round sort sort_desc changes resets floor ceil absent_over_time count_values stddev""",
    )
)
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
_MATCHER = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_LABEL = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)")
_GIVEN_LABELS = frozenset({"job", "instance", "pod", "le", "namespace", "slo"})


@cache
def names() -> dict[str, frozenset[str]]:
    """Label names by the name of each sample."""
    found = {name: labels for family, labels in _families() for name in family}
    for name in list(found):
        for suffix in ("_bucket", "_sum", "_count", "_total"):
            found.setdefault(f"{name}{suffix}", found[name])
    return found


@cache
def labelled() -> dict[str, frozenset[str]]:
    """Label names of our metrics that have any, by the name of the metric."""
    return {family[0]: labels for family, labels in _families() if labels}


def unknown_in(expression: str) -> list[str]:
    """What an expression names and nobody has: metrics, and labels of our own metrics."""
    known = names()
    wrong = []
    for name, inside in _SELECTOR.findall(expression):
        labels = {label for label in _LABEL.findall(inside)} - _GIVEN_LABELS
        if name in known and labels - known[name]:
            wrong.append(f"{name} has no {', '.join(sorted(labels - known[name]))}")
    return wrong + [name for name in _metrics_of(expression) if name not in known and not _FOREIGN.match(name)]


@dataclass(frozen=True, slots=True)
class Selector:
    """What a rule reads: a metric and what its labels must be.

    Attributes:
        matchers: (label, operator, value) as PromQL has them.
    """

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects a series with these labels."""
        return all(_matches(labels.get(label, ""), operator, value) for label, operator, value in self.matchers)


def selectors_in(expression: str) -> list[Selector]:
    """Everything that an expression reads; of `=~"a|b"` each word on its own, for each must be there."""
    found = []
    for name, inside in _SELECTOR.findall(expression):
        choices = [
            [(label, operator, word) for word in _words(operator, value)]
            for label, operator, value in _MATCHER.findall(inside)
        ]
        found += [Selector(name, matchers) for matchers in product(*choices)]
    named = {selector.name for selector in found}
    return found + [Selector(name) for name in sorted(_metrics_of(expression) - named)]


def is_foreign(name: str) -> bool:
    """Whether somebody else's process has the metric, or Prometheus records it."""
    return bool(_FOREIGN.match(name))


def _words(operator: str, value: str) -> list[str]:
    is_choice = operator == "=~" and re.fullmatch(r"\w+(\|\w+)+", value)
    return value.split("|") if is_choice else [value]


def _matches(value: str, operator: str, wanted: str) -> bool:
    is_it = bool(re.fullmatch(wanted, value)) if "~" in operator else value == wanted
    return is_it is not operator.startswith("!")


def _metrics_of(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\boffset \w+', "", expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    return {name for name in _NAME.findall(bare) if name.lower() not in _KEYWORDS and not name.isdigit()}


def _families() -> list[tuple[Sequence[str], frozenset[str]]]:
    """The names of each metric, its own first, and its labels."""
    for process in PROCESSES.values():
        importlib.import_module(process.module)
    collectors = list(REGISTRY._collector_to_names.items())
    return [(family, frozenset(getattr(collector, "_labelnames", ()))) for collector, family in collectors]

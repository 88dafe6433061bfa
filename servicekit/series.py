"""Series that exist before anything happens.

Prometheus sees no increase in a counter that is born at its first failure: a rule that reads it stays silent at the
very moment it is made for. So whatever rules and dashboards read is there, at 0, from the start of its process; a test
compares all rules with what processes say that have done nothing yet (`tests/e2e/test_series.py`).
"""

from collections.abc import Iterable
from itertools import product
from typing import Any, TypeVar

from prometheus_client.metrics import MetricWrapperBase

Metric = TypeVar("Metric", bound=MetricWrapperBase)


def from_start(metric: Metric, **values: Iterable[Any]) -> Metric:
    """The metric, with a series for each combination of these values of all its labels."""
    for chosen in product(*values.values()):
        metric.labels(**dict(zip(values, chosen, strict=True)))
    return metric

"""What a rule reads is there before anything happens, for what is born at its first failure has no increase."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.fleet import PROCESSES
from deploy.observe import rules
from tests.deploy.metrics_registry import Selector, is_foreign, selectors_in
from tests.e2e.stack import replica

# Read from exporters of others: Prometheus itself, RabbitMQ, KEDA, kube-state-metrics; and what rules record.
_NOT_OURS = {
    "up",
    "rabbitmq_detailed_queue_messages_ready",
    "keda_scaled_object_errors_total",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_status_condition",
    "kube_horizontalpodautoscaler_status_current_replicas",
}

# Eight processes begin together.
_ALL_AT_ONCE_S = 240.0

Series = list[tuple[str, dict[str, str]]]


async def series_of(process: str) -> Series:
    """Every sample of a process that has just begun and that nobody has asked anything, as Prometheus labels it."""
    async with replica(process, within_s=_ALL_AT_ONCE_S) as new:
        page = await new.metrics()
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return [(sample.name, {"job": process, **sample.labels}) for sample in samples]


def everything_read() -> set[tuple[str, Selector]]:
    """What each rule of every file reads, by its name."""
    documents = rules.documents().values()
    found = [rule for document in documents for group in document["groups"] for rule in group["rules"]]
    return {
        (str(rule.get("alert", rule.get("record"))), selector)
        for rule in found
        for selector in selectors_in(str(rule["expr"]))
        if not selector.name.startswith("slo:")
    }


@pytest.mark.timeout(300)
async def test_everything_that_a_rule_reads_is_there_from_the_start() -> None:
    """Each selector of each alert and objective finds a series of a process that has done nothing yet."""
    pages = await asyncio.gather(*map(series_of, PROCESSES))
    there = [sample for page in pages for sample in page]

    read = everything_read()
    missing = {
        f"{rule}: {selector.name}{selector.matchers}"
        for rule, selector in read
        if not any(name == selector.name and selector.takes(labels) for name, labels in there)
        and selector.name not in _NOT_OURS
    }

    assert sorted(missing) == []
    assert {selector.name for _, selector in read if is_foreign(selector.name)} == _NOT_OURS

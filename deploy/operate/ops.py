"""The ops pages of all replicas, visited at the same moment."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from deploy.operate.connections import http, ops_addresses
from deploy.operate.surroundings import Surroundings
from servicekit.clock import now_us


@dataclass(frozen=True, slots=True)
class Visit:
    """What one replica said of itself.

    Attributes:
        name: As the launcher or the operator calls it.
        error: Why it did not answer; empty when it did.
        about: The page /about.
        ahead_us: By how much its clock is ahead of ours, give or take half of `took_us`.
    """

    name: str
    address: str
    error: str = ""
    is_ready: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[Sample] = ()
    ahead_us: int = 0
    took_us: int = 0

    def samples(self, metric: str) -> Iterator[tuple[Mapping[str, str], float]]:
        """(labels, value) of every sample of a metric."""
        return ((sample.labels, sample.value) for sample in self.metrics if sample.name == metric)


async def visit_all(seen: Surroundings) -> list[Visit]:
    """Every replica's pages, in the order in which the surroundings name them."""
    async with http() as client:
        addresses = await ops_addresses(seen)
        return await asyncio.gather(*(_visit(client, name, address) for name, address in addresses.items()))


async def _visit(client: httpx.AsyncClient, name: str, address: str) -> Visit:
    base = f"http://{address}"
    try:
        asked_at = now_us()
        about = await client.get(f"{base}/about")
        answered_at = now_us()
        ready, metrics = await asyncio.gather(client.get(f"{base}/readyz"), client.get(f"{base}/metrics"))
    except httpx.HTTPError as error:
        return Visit(name, address, error=_cause(error))
    told = about.json() if about.is_success else {}
    return Visit(
        name,
        address,
        is_ready=ready.is_success,
        about=told,
        metrics=[sample for family in text_string_to_metric_families(metrics.text) for sample in family.samples],
        ahead_us=told["now"] - (asked_at + answered_at) // 2 if "now" in told else 0,
        took_us=answered_at - asked_at,
    )


def _cause(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time: it hangs, or is overloaded"
    return "nobody listens there" if isinstance(error, httpx.ConnectError) else repr(error)

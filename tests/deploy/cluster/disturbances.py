"""What happens to the release while people check in: upgrades, deaths, drains, scaling; one function each."""

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from deploy.fleet import PROCESSES
from deploy.local.launch import LaunchError
from tests.deploy.cluster import site
from tests.deploy.cluster.crowd import Crowd, Disturbance, Outcome
from tests.deploy.cluster.node import kubectl

_LOOK_S = 1.0
_CALLS = re.compile(r"^grpc_server_handled_total\{[^}]*BatchCreateCheckins[^}]*\} (\S+)$", re.MULTILINE)
_SHARE_WITHIN_S = 60.0


async def wait_until(condition: Callable[[], bool], what: str, within_s: float) -> float:
    """Waits and answers how many seconds it took.

    Raises:
        LaunchError: It did not come true in time.
    """
    began = time.monotonic()
    while not await asyncio.to_thread(condition):
        if time.monotonic() - began > within_s:
            raise LaunchError(f"{what}: not within {within_s:.0f} s")
        await asyncio.sleep(_LOOK_S)
    return time.monotonic() - began


def upgrade(tag: str, *more: str) -> Disturbance:
    """`helm upgrade` to the chart of this tree."""

    async def disturb(found: Outcome) -> None:
        took_s = await asyncio.to_thread(lambda: site.install(tag, site.CHART, *more))
        found.remarks.append(f"helm and rollout took {took_s:.0f} s")

    return disturb


async def roll_back(found: Outcome) -> None:
    """`helm rollback` to the revision before."""
    said = await asyncio.to_thread(lambda: site.helm("rollback", site.RELEASE, "--wait", "--timeout", "8m"))
    await asyncio.to_thread(site.wait_rolled_out)
    found.remarks.append(said.strip().splitlines()[-1])


async def refuse(found: Outcome) -> None:
    """Upgrades with a wrong password, then to a MySQL that is not there: both stop, and a pod begins with why."""
    wrong = (
        ("checkin", "CHECKIN_DATABASE_URL", {"password": "not-this-one"}, "Mend CHECKIN_DATABASE_URL"),
        ("migrate", "CHECKIN_MIGRATION_DATABASE_URL", {"port": 1}, "Can't connect to MySQL server"),
    )
    for component, variable, changes, expected in wrong:
        await asyncio.to_thread(site.bring_wrong_secret, "qiandao-mysql", variable, changes)
        said = await asyncio.to_thread(
            lambda: site.upgrade_in_vain("--set", f"external.mysql.existingSecret={site.WRONG}", within="60s")
        )
        first = await asyncio.to_thread(site.first_lines, component)
        await roll_back(found)
        if not any(expected in line for line in first):
            raise LaunchError(f"{variable}: no pod of {component} begins with {expected!r}; helm said {said}: {first}")
        found.remarks[-1] = f"{variable}: helm failed, {sum(expected in line for line in first)} pods said why"


async def kill_each(found: Outcome) -> None:
    """One pod of each component in turn, without a chance to say goodbye."""
    for component in PROCESSES:
        there = await asyncio.to_thread(site.pods, component)
        victim = next(iter(there))
        await asyncio.to_thread(
            kubectl, "-n", site.NAMESPACE, "delete", "pod", victim, "--grace-period=0", "--force", "--wait=false"
        )
        await wait_until(_has_replaced(component, victim, len(there)), f"{component} was not replaced", 120)
    found.remarks.append(f"{len(PROCESSES)} killed")


def _has_replaced(component: str, victim: str, count: int) -> Callable[[], bool]:
    def has_replaced() -> bool:
        there = site.pods(component)
        return victim not in there and len(there) >= count

    return has_replaced


async def drain(found: Outcome) -> None:
    """Evicts every pod as `kubectl drain` does: again and again where a disruption budget says not now."""
    waiting = set(await asyncio.to_thread(site.pods))
    refused = 0
    deadline = time.monotonic() + 420
    while waiting and time.monotonic() < deadline:
        for pod in sorted(waiting):
            said = await asyncio.to_thread(_evict, pod)
            if "TooManyRequests" in said or "disruption budget" in said:
                refused += 1
            elif "NotFound" in said or not said or '"Success"' in said:
                waiting.discard(pod)
            else:
                raise LaunchError(f"eviction of {pod}: {said}")
        await asyncio.sleep(_LOOK_S)
    await asyncio.to_thread(site.wait_rolled_out)
    found.remarks.append(f"{refused} evictions put off by a budget, {len(waiting)} never allowed")


def _evict(pod: str) -> str:
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": site.NAMESPACE},
    }
    path = f"/api/v1/namespaces/{site.NAMESPACE}/pods/{pod}/eviction"
    try:
        return kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(body))
    except LaunchError as error:
        return str(error)


def scale_out(component: str, within_s: float) -> Disturbance:
    """Waits until KEDA has added a ready pod; the load does the rest."""

    async def disturb(found: Outcome) -> None:
        before = len(await asyncio.to_thread(site.pods, component))
        reacted_s = await wait_until(lambda: wanted(component) > before, f"{component} was not scaled out", within_s)
        ready_s = await wait_until(
            lambda: len(site.pods(component)) > before, f"the new pod of {component} did not get ready", 120
        )
        found.remarks.append(f"{component}: asked for after {reacted_s:.0f} s, ready after {reacted_s + ready_s:.0f} s")

    return disturb


def scale_in(component: str, floor: int, within_s: float) -> Disturbance:
    """Waits until KEDA has taken away what the load does not need any more."""

    async def disturb(found: Outcome) -> None:
        took_s = await wait_until(
            lambda: wanted(component) <= floor and len(site.pods(component)) <= floor,
            f"{component} was not scaled in",
            within_s,
        )
        found.remarks.append(f"{component} back at {floor} after {took_s:.0f} s")

    return disturb


def wanted(component: str) -> int:
    """How many pods a Deployment wants."""
    found = kubectl("-n", site.NAMESPACE, "get", "deploy", component, "-o", "jsonpath={.spec.replicas}")
    return int(found or 0)


def _has(component: str, replicas: int) -> bool:
    return len(site.pods(component)) == replicas


def spread(component: str, replicas: int) -> Disturbance:
    """Scales a service and looks how its calls spread over the pods within a minute."""

    async def disturb(found: Outcome) -> None:
        for count in (1, replicas):
            await asyncio.to_thread(_hold, component, f"{count}")
            await wait_until(partial(_has, component, count), f"{component}: {count} pods", 180)
        await asyncio.sleep(_SHARE_WITHIN_S / 2)
        before = await asyncio.to_thread(_calls, component)
        await asyncio.sleep(_SHARE_WITHIN_S / 2)
        after = await asyncio.to_thread(_calls, component)
        made = {pod: after[pod] - before.get(pod, 0) for pod in after}
        total = sum(made.values()) or 1
        shares = sorted(round(100 * calls / total) for calls in made.values())
        await asyncio.to_thread(_hold, component, "")
        found.remarks.append(f"{component} 1 -> {replicas}: shares {shares} % of {total:.0f} calls")

    return disturb


def _hold(component: str, replicas: str) -> None:
    """Lets KEDA keep so many pods whatever is measured; with an empty text it goes on."""
    annotation = (
        f"autoscaling.keda.sh/paused-replicas={replicas}" if replicas else "autoscaling.keda.sh/paused-replicas-"
    )
    kubectl("-n", site.NAMESPACE, "annotate", "--overwrite", "scaledobject", component, annotation)


def _calls(component: str) -> dict[str, float]:
    found = {}
    for pod, address in site.pods(component).items():
        with urllib.request.urlopen(f"http://{address}:9090/metrics", timeout=5) as page:  # noqa: S310  a pod of ours
            found[pod] = sum(float(value) for value in _CALLS.findall(page.read().decode()))
    return found


def calendar(crowd: Crowd, component: str, expected: int) -> Disturbance:
    """Plans a big activity for the next minutes and waits until the calendar has its pods ready before it opens."""

    async def disturb(found: Outcome) -> None:
        before = len(await asyncio.to_thread(site.pods, component))
        opens_at = datetime.now(UTC) + timedelta(minutes=4)
        definition = {
            "starts_at": opens_at.isoformat(),
            "ends_at": (opens_at + timedelta(hours=1)).isoformat(),
            "opens_before_s": 0,
            "capacity": expected,
        }
        began = time.monotonic()
        await crowd.organiser.open_activities(1, definition)
        await wait_until(lambda: len(site.pods(component)) > before, "the calendar did not scale anything", 200)
        left_s = (opens_at - datetime.now(UTC)).total_seconds()
        found.remarks.append(
            f"{component} {before} -> {len(await asyncio.to_thread(site.pods, component))} ready"
            f" {time.monotonic() - began:.0f} s after it was planned, {left_s:.0f} s before it opens"
        )

    return disturb

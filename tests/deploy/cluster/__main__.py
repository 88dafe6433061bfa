"""`make cluster | cluster-test | cluster-down`: a real Kubernetes, and the chart proven in it.

Where KUBECONFIG names a cluster, that one is used, with KEDA in place. Else a single node is built here, by root.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from deploy.local.launch import LaunchError
from deploy.local.processes import ROOT
from deploy.local.up import install_packages
from tests.deploy.cluster import disturbances, keda, node, site, tools
from tests.deploy.cluster.crowd import HEAD, Crowd, Outcome, as_json
from tests.load.http_load import run

_PEOPLE = 1500
_RATE = 30.0
_BUSY = 110.0
_NEW, _OLD = "new", "old"

Scenario = Callable[[Crowd], Awaitable[Outcome]]


def scenarios(old_chart: Path | None) -> Iterator[tuple[str, Scenario]]:
    """Everything that happens, in order; the upgrade only where there is something to upgrade from."""
    yield "rush", lambda crowd: crowd.rush(1000)
    if old_chart is not None:
        yield "upgrade", lambda crowd: crowd.during("rolling upgrade", _RATE, disturbances.upgrade(_NEW))
        yield "rollback", lambda crowd: crowd.during("rollback", _RATE, disturbances.roll_back)
        yield "again", lambda crowd: crowd.during("upgrade again", _RATE, disturbances.upgrade(_NEW))
    yield "refuse", lambda crowd: crowd.during("upgrades that servers refuse", _RATE, disturbances.refuse)
    yield "kill", lambda crowd: crowd.during("kill of each pod in turn", _RATE, disturbances.kill_each)
    yield "drain", lambda crowd: crowd.during("drain against the budgets", _RATE, disturbances.drain)
    yield "out", lambda crowd: crowd.during("scale-out by KEDA", _BUSY, disturbances.scale_out("gateway", 90))
    yield "in", lambda crowd: crowd.during("scale-in by KEDA", _RATE / 2, disturbances.scale_in("gateway", 2, 300))
    yield "spread", lambda crowd: crowd.during("checkin to 3 pods", _RATE, disturbances.spread("checkin", 3))
    yield (
        "calendar",
        lambda crowd: crowd.during(
            "calendar asks for pods", _RATE / 2, disturbances.calendar(crowd, "gateway", expected=2000)
        ),
    )


def up() -> None:
    """The cluster, with KEDA, and what surrounds the release."""
    if "KUBECONFIG" in os.environ:
        print(f"using the cluster of {os.environ['KUBECONFIG']}")
        return
    if os.geteuid():
        raise LaunchError("a node is started by root; else let KUBECONFIG name a cluster that is there")
    if missing := tools.missing_packages():
        install_packages(missing)
    tools.build_all()
    node.up()
    keda.install()


def prepare() -> None:
    """Servers, doors, secrets and Prometheus."""
    site.start_servers()
    site.open_doors()
    site.start_prometheus()
    site.prepare_namespace()


def before(reference: str) -> Path | None:
    """The tree of an earlier commit beside the cache, or None where there is no such commit."""
    found = _git("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    if not found:
        return None
    tree = tools.CACHE / "trees" / found
    if not tree.exists():
        tree.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", found], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return tree


def last_tag() -> str:
    """The newest tag before what is here; empty where there is none."""
    is_release = _git("describe", "--exact-match", "HEAD") and not _git("status", "--porcelain")
    return _git("describe", "--tags", "--abbrev=0", "HEAD^" if is_release else "HEAD")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def test(options: argparse.Namespace) -> int:
    """Installs, disturbs, reconciles and prints the table; answers whether all of it was clean."""
    reference = options.upgrade_from or last_tag()
    tree = before(reference) if reference else None
    if tree is None:
        print("no tag to upgrade from: rolling upgrade and rollback are left out (git tag v0.1.0 <commit> makes one)")
    prepare()
    site.remove()
    site.load_image(_NEW)
    if tree is not None:
        site.load_image(_OLD, tree)
        took_s = site.install(_OLD, tree / "deploy" / "helm" / "qiandao", "--set", "upgradeCheck.mode=off")
        print(f"installed {reference} in {took_s:.0f} s")
    else:
        print(f"installed in {site.install(_NEW):.0f} s")
    site.grant_tables()
    site.open_gate()
    chosen = [each for each in scenarios(tree) if not options.only or each[0] in options.only.split(",")]
    outcomes = run(_play(chosen))
    print(site.helm("test", site.RELEASE, "--logs", "--timeout", "3m"))
    print(HEAD, *(outcome.line() for outcome in outcomes), sep="\n")
    if options.json:
        Path(options.json).write_text(json.dumps(as_json(outcomes), indent=1, ensure_ascii=False) + "\n")
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


async def _play(chosen: list[tuple[str, Scenario]]) -> list[Outcome]:
    crowd = await Crowd.gather(f"cluster-{int(time.time())}", _PEOPLE)
    outcomes = []
    for name, scenario in chosen:
        print(f"  {name} ...", flush=True)
        try:
            outcome = await scenario(crowd)
        except LaunchError as error:
            outcome = Outcome(name, wrong=1, remarks=[str(error)[:300]])
        print(f"  {outcome.line()}", flush=True)
        outcomes.append(outcome)
        await asyncio.sleep(2)
    return outcomes


def main() -> int:
    """Obeys the command line; a failure is told in words."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.cluster", description=__doc__)
    parser.add_argument("command", choices=("up", "test", "down"))
    parser.add_argument("--only", default="", help="with test: comma-separated scenarios")
    parser.add_argument("--upgrade-from", default="", help="with test: a commit; the last tag if not given")
    parser.add_argument("--json", default="", help="with test: file to write the table to")
    options = parser.parse_args()
    try:
        if options.command == "down":
            node.down()
            return 0
        up()
        return test(options) if options.command == "test" else 0
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

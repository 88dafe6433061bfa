"""`make cluster | cluster-test | cluster-down`: a real Kubernetes of one node, and the chart proven in it.

Root builds and starts the node here. What KUBECONFIG names is left alone: pods die in this test.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.fleet import ROOT
from deploy.local.launch import LaunchError
from deploy.local.up import install_packages
from tests.deploy.cluster import keda, node, plan, site, tools
from tests.deploy.cluster.crowd import HEAD, Crowd, Outcome, as_json
from tests.deploy.cluster.plan import NEW, OLD, Scenario
from tests.load.http_load import run

_PEOPLE = 1500


def up() -> None:
    """The cluster, with KEDA, and what surrounds the release."""
    if os.geteuid():
        raise LaunchError("a node is started by root")
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


def _has(reference: str, commit: str) -> bool:
    return _git("merge-base", reference, commit) == _git("rev-parse", commit)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def test(options: argparse.Namespace) -> int:
    """Installs, disturbs, reconciles and prints the table; answers whether all of it was clean."""
    reference = options.upgrade_from or last_tag()
    tree = before(reference) if reference else None
    if options.upgrade_from and tree is None:
        raise LaunchError(f"upgrade-from={reference}: there is no such tag or commit here")
    scenarios = plan.chosen(options.only, has_old=tree is not None)
    if tree is not None and not _has(reference, plan.INFORMED):
        scenarios = plan.lenient(scenarios)
    if tree is None:
        print("no tag to upgrade from: rolling upgrade and rollback are left out (git tag v0.1.0 <commit> makes one)")
    releases = Releases(tree, reference)
    first = plan.first(scenarios, is_asked_for=bool(options.upgrade_from))
    prepare()
    site.remove()
    releases.load(plan.needed(scenarios, first))
    releases.bring(first)
    site.open_gate()
    outcomes = run(_play(scenarios, releases))
    print(site.helm("test", site.RELEASE, "--logs", "--timeout", "3m"))
    print(HEAD, *(outcome.line() for outcome in outcomes), sep="\n")
    if options.json:
        Path(options.json).write_text(json.dumps(as_json(outcomes), indent=1, ensure_ascii=False) + "\n")
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


class Releases:
    """This tree's and, where there is one, that of an earlier commit."""

    def __init__(self, old_tree: Path | None, reference: str) -> None:
        self._trees = {NEW: ROOT} | ({OLD: old_tree} if old_tree else {})
        self.names = {NEW: _git("describe", "--tags", "--always", "--dirty")}
        self.names[OLD] = _git("describe", "--tags", "--always", reference) if old_tree else "none"

    def load(self, tags: Sequence[str]) -> None:
        """Brings their images into the node."""
        for tag in tags:
            site.load_image(tag, self._trees[tag])

    def bring(self, tag: str) -> None:
        """Makes this release the one that serves, by installing it or upgrading to it."""
        # What a release before knows of the calendar is not what is tested.
        more = ("--set", "upgradeCheck.mode=off") if tag == OLD else ()
        took_s = site.install(tag, self._trees[tag] / "deploy" / "helm" / "qiandao", *more)
        print(f"  {self.names[tag]} serves, after {took_s:.0f} s", flush=True)


async def _play(scenarios: list[Scenario], releases: Releases) -> list[Outcome]:
    crowd = await Crowd.gather(f"cluster-{int(time.time())}", _PEOPLE)
    outcomes = []
    for scenario in scenarios:
        if await asyncio.to_thread(site.tags) != {scenario.begins}:
            await asyncio.to_thread(releases.bring, scenario.begins)
        outcomes.append(await _row(scenario, crowd, releases.names))
        print(f"  {outcomes[-1].line()}", flush=True)
        await asyncio.sleep(2)
    return outcomes


async def _row(scenario: Scenario, crowd: Crowd, names: dict[str, str]) -> Outcome:
    print(f"  {scenario.name} ...", flush=True)
    found = await asyncio.to_thread(site.tags)
    try:
        outcome = await scenario.play(crowd)
    except LaunchError as error:
        outcome = Outcome(scenario.name, wrong=1, remarks=[str(error)[:300]])
    plan.judge(outcome, scenario, found, await asyncio.to_thread(site.tags), names)
    return outcome


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

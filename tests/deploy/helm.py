"""Real Helm for the tests of the chart: from PATH, or built by `python -m tests.deploy.helm`; else they skip."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.cluster import tools

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "qiandao"
GOLDEN = Path(__file__).with_name("golden")
KUBERNETES = ("--kube-version", "1.34.0")

Manifest = dict[str, Any]


@cache
def _helm() -> str:
    return shutil.which("helm", path=f"{os.environ['PATH']}:{tools.BIN}") or ""


def helm(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs helm; skips the test where there is none."""
    if not _helm():
        pytest.skip("no helm here: `python -m tests.deploy.helm` builds one with Go, as `make test` does")
    return subprocess.run([_helm(), *arguments], capture_output=True, text=True, check=False)


@cache
def text(values: str, *more: str) -> str:
    """What `helm template` prints for `ci/<values>-values.yaml`."""
    path = CHART / "ci" / f"{values}-values.yaml"
    done = helm("template", "qiandao", str(CHART), "-n", "qiandao", "-f", str(path), *KUBERNETES, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def render(values: str, *more: str) -> list[Manifest]:
    """The objects of a render; every caller gets the same ones, so nobody changes them."""
    return [found for found in yaml.load_all(text(values, *more), yaml.CSafeLoader) if found]


def all_values() -> list[str]:
    """The names of the committed sets of values."""
    return sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))


if __name__ == "__main__":
    # Building takes minutes, which no single test may.
    if not _helm() and shutil.which("go"):
        tools.build_all(["helm"])

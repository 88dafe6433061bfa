"""The node of `make cluster`: what is done to a cluster is done to this one, and in which order."""

from pathlib import Path

import pytest

from deploy.local import servers
from tests.deploy.cluster import node, site


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line of what kubectl and helm were told, each time."""
    log = tmp_path / "told"
    for name in ("kubectl", "helm"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {log}\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(node, "BIN", tmp_path)
    monkeypatch.setattr(site, "BIN", tmp_path)
    return log


def test_nothing_is_done_to_the_cluster_of_a_person(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither kubectl nor helm asks the one that KUBECONFIG names: they would not even be about the same."""
    monkeypatch.setenv("KUBECONFIG", "/somewhere/else")
    node.kubectl("get", "pods")
    site.helm("list")
    lines = told.read_text().splitlines()
    assert len(lines) == 2
    assert all(f" --kubeconfig {node.KUBECONFIG} " in line for line in lines)


def test_rights_on_tables_are_given_before_pods_are_waited_for(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that lacks one ends again and again, and Helm would wait for it until its time is over."""
    monkeypatch.setattr(site, "SECRETS", told.parent)

    def grant(_vault: object) -> str:
        with told.open("a") as log:
            log.write("rights\n")
        return "1 table"

    monkeypatch.setattr(servers, "grant_tables", grant)
    site.install("new")
    upgrade, rights, rollout = told.read_text().splitlines()
    assert " upgrade --install " in upgrade and "--wait" not in upgrade
    assert rights == "rights"
    assert " rollout status " in rollout

"""What Docker users get beside the stack: every process is scraped, and what is mounted is there."""

from pathlib import Path
from typing import Any

import yaml

from deploy.fleet import PROCESSES

OBSERVE = Path(__file__).parents[2] / "deploy" / "observe"


def loaded(name: str) -> Any:
    """A file of the folder."""
    return yaml.safe_load((OBSERVE / name).read_text(encoding="utf-8"))


def test_every_process_is_scraped_by_its_name() -> None:
    """Dashboards and rules know processes by `job`."""
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in loaded("prometheus.yml")["scrape_configs"]}
    for name, process in PROCESSES.items():
        assert jobs[name] == [f"{name}:{process.ops_port}"]
    assert {"rabbitmq", "rabbitmq-queues"} <= jobs.keys()


def test_what_is_mounted_is_there() -> None:
    """Paths are relative to the first compose file, deploy/local."""
    for service in loaded("compose.yaml")["services"].values():
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert (OBSERVE.parent / "local" / source).resolve().exists(), volume
        assert not service["image"].endswith(":latest")


def test_grafana_finds_its_datasource_and_dashboards() -> None:
    """What it is told is where the compose file mounts it."""
    assert loaded("grafana/datasource.yaml")["datasources"][0]["url"] == "http://prometheus:9090"
    folder = loaded("grafana/dashboards.yaml")["providers"][0]["options"]["path"]
    mounts = loaded("compose.yaml")["services"]["grafana"]["volumes"]
    assert any(mount.split(":")[1] == folder for mount in mounts)

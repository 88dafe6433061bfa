"""What surrounds the release in the cluster: this machine's servers, their secrets, a Prometheus, and a way in.

The servers of the local stack serve as the external MySQL, Redis and RabbitMQ. They listen on the loopback alone, so
toxiproxy stands on the address that pods reach; another one leads from the loopback to the gateway's Service.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import make_url

from deploy.fleet import LOCAL, PROCESSES, ROOT, SECRETS, Place, urls
from deploy.local import launch, proxies, servers
from deploy.local.accounts import password_names
from deploy.local.credentials import Vault, write
from deploy.local.launch import LaunchError, Program, answers_http
from tests.deploy.cluster import node
from tests.deploy.cluster.node import HOST, kubectl
from tests.deploy.cluster.tools import BIN, CACHE

NAMESPACE, RELEASE = "qiandao", "qiandao"
WRONG = "qiandao-mysql-wrong"
PUBLIC_PORT, PROMETHEUS_PORT = 18080, 19190
PROMETHEUS = f"http://{HOST}:{PROMETHEUS_PORT}"
CHART = ROOT / "deploy" / "helm" / "qiandao"
VALUES = Path(__file__).with_name("values.yaml")

_SERVERS = {"mysql": 13306, "redis": 16379, "amqp": 15673, "wechat": 8090, "traces": 4318}
_GATEWAY_PORT = 8080
_OPS_PORT = 9090


def start_servers() -> None:
    """Starts MariaDB, Redis, RabbitMQ and the simulators of the local stack, and stops its processes.

    MariaDB begins empty, so that the chart's own Jobs make every table, as its last release has them.
    """
    for name in (*reversed(PROCESSES), "mariadb"):
        launch.stop(name, 60)
    shutil.rmtree(LOCAL / "mariadb", ignore_errors=True)
    command = [sys.executable, "-m", "deploy.local.up", "--only", "servers,tools"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise LaunchError("the servers of the local stack did not start")


def open_doors() -> None:
    """Lets pods reach the servers, on the address of the node."""
    doors = {name: (f"{HOST}:{port}", f"127.0.0.1:{port}") for name, port in _SERVERS.items()}
    launch.ensure(_proxy("doors", 20100, doors))


def open_gate() -> None:
    """Leads the loopback to the gateway's Service."""
    service = json.loads(kubectl("-n", NAMESPACE, "get", "service", "gateway", "-o", "json"))
    address = f"{service['spec']['clusterIP']}:{_GATEWAY_PORT}"
    launch.ensure(_proxy("gate", 20101, {"gateway": (f"127.0.0.1:{PUBLIC_PORT}", address)}))


def _proxy(name: str, port: int, doors: Mapping[str, tuple[str, str]]) -> Program:
    proxies.build()
    config = node.STATE / f"{name}.json"
    text = json.dumps(
        [{"name": each, "listen": here, "upstream": there, "enabled": True} for each, (here, there) in doors.items()]
    )
    write(config, text)
    return Program(
        f"{node.PREFIX}{name}",
        (str(proxies.BINARY), "-host", "127.0.0.1", "-port", str(port), "-config", str(config)),
        {"http": port},
        partial(answers_http, port, "/version"),
        fingerprint=text,
        grace_s=5,
    )


def start_prometheus() -> None:
    """A Prometheus of this machine that finds the pods by the cluster's names and scrapes them, with our rules.

    Debian's is built without Kubernetes' own discovery, and asks whatever /etc/resolv.conf names: so it has its own.
    """
    home = node.STATE / "prometheus"
    home.mkdir(parents=True, exist_ok=True)
    rules = sorted(str(path) for path in (CHART / "files" / "rules").glob("*.yaml"))
    text = yaml.safe_dump(
        {
            "global": {"scrape_interval": "2s", "evaluation_interval": "5s"},
            "rule_files": rules,
            "scrape_configs": [*map(_pods, PROCESSES), *_broker()],
        }
    )
    write(home / "prometheus.yml", text)
    write(home / "resolv.conf", f"nameserver {node.DNS}\n", 0o644)
    prometheus = (
        f"exec prometheus --config.file={home}/prometheus.yml --storage.tsdb.path={home}/data"
        f" --web.listen-address={HOST}:{PROMETHEUS_PORT}"
    )
    launch.ensure(
        Program(
            f"{node.PREFIX}prometheus",
            ("unshare", "--mount", "sh", "-c", f"mount --bind {home}/resolv.conf /etc/resolv.conf && {prometheus}"),
            {},
            partial(_answers, f"{PROMETHEUS}/-/ready"),
            fingerprint=text,
            grace_s=20,
        )
    )


def _pods(component: str) -> dict[str, object]:
    name = f"{component}-headless.{NAMESPACE}.svc.cluster.local"
    found = {"names": [name], "type": "A", "port": _OPS_PORT, "refresh_interval": "5s"}
    return {"job_name": component, "dns_sd_configs": [found]}


def _broker() -> list[dict[str, object]]:
    where = {"static_configs": [{"targets": ["127.0.0.1:15675"]}]}
    family = {"family": ["queue_coarse_metrics"]}
    return [
        {"job_name": "rabbitmq", **where},
        {"job_name": "rabbitmq-queues", "metrics_path": "/metrics/detailed", "params": family, **where},
    ]


def _answers(url: str) -> bool:
    done = subprocess.run(["curl", "-sf", "-o", "/dev/null", "--max-time", "1", url], check=False)
    return done.returncode == 0


def prepare_namespace() -> None:
    """A namespace that refuses everything not `restricted`, with the secrets that a platform team would bring."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}})
    for name, content in secrets().items():
        _bring_secret(name, content)


def bring_wrong_secret(name: str, variable: str, changes: Mapping[str, Any]) -> None:
    """A Secret like the one of that name, with a password or port in one of its URLs that is wrong."""
    content = secrets()[name]
    url = make_url(content[variable]).set(**changes).render_as_string(hide_password=False)
    _bring_secret(WRONG, content | {variable: url})


def _bring_secret(name: str, content: Mapping[str, str]) -> None:
    metadata = {"name": name, "namespace": NAMESPACE}
    apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(content)})


def secrets() -> dict[str, dict[str, str]]:
    """Secrets by name: connection URLs as pods see the servers, and what our processes seal and sign with."""
    vault = Vault(SECRETS)
    place = Place(mysql=f"{HOST}:13306", redis=f"{HOST}:16379", amqp=f"{HOST}:15673")
    all_urls = urls(place, {name: vault.password(name) for name in password_names()})
    return {
        "qiandao-mysql": {name: url for name, url in all_urls.items() if name.endswith("DATABASE_URL")},
        "qiandao-redis": {name: url for name, url in all_urls.items() if name.endswith("REDIS_URL")},
        "qiandao-rabbitmq": {name: url for name, url in all_urls.items() if name.endswith("AMQP_URL")},
        "qiandao-keys": {
            "QIANDAO_CREDENTIAL_SECRET": vault.password("credential"),
            "QIANDAO_NFC_SECRET": vault.password("nfc"),
            "IDENTITY_SIGNING_KEYS": vault.password("signing-keys.pem"),
            "IDENTITY_PII_SECRET": vault.password("pii"),
            "ACTIVITY_PII_SECRET": vault.password("activity-pii"),
            "IDENTITY_WECHAT_APP_SECRET": vault.password("wechat-app-secret"),
        },
    }


def apply(document: Mapping[str, object]) -> None:
    """Creates or changes one object."""
    kubectl("apply", "-f", "-", stdin=json.dumps(document))


def helm(*arguments: str, within_s: float = 600, check: bool = True) -> str:
    """Runs helm in the namespace and returns what it printed.

    Raises:
        LaunchError: It failed, and `check` is true.
    """
    command = [str(BIN / "helm"), "--kubeconfig", str(node.KUBECONFIG), "-n", NAMESPACE, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False)
    if done.returncode and check:
        raise LaunchError(f"`helm {' '.join(arguments)}` failed:\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def install(tag: str, chart: Path = CHART, *more: str) -> float:
    """Installs or upgrades the release and waits until every pod of it serves; returns the seconds that took.

    Helm waits for the migrations alone: a process that lacks a right on a table of theirs ends, and none gets ready.
    """
    began = time.monotonic()
    values = ("-f", str(VALUES), "--set", f"image.tag={tag}", *more)
    helm("upgrade", "--install", RELEASE, str(chart), *values, "--timeout", "8m")
    print(f"  rights on {servers.grant_tables(Vault(SECRETS))}", flush=True)
    wait_rolled_out(within_s=480)
    return time.monotonic() - began


def upgrade_in_vain(*more: str, within: str) -> str:
    """An upgrade that must not come to its end; returns what helm said.

    Raises:
        LaunchError: It did.
    """
    try:
        helm("upgrade", RELEASE, str(CHART), "--reuse-values", *more, "--wait", "--timeout", within)
    except LaunchError as error:
        return str(error)
    raise LaunchError(f"helm took an upgrade with {' '.join(more)}")


def first_lines(component: str) -> list[str]:
    """How the log of each pod of a component that is not ready begins."""
    names = [pod["metadata"]["name"] for pod in _all_pods(component) if not _is_ready(pod)]
    return [kubectl("-n", NAMESPACE, "logs", name, "--tail=-1").partition("\n")[0] for name in names]


def remove() -> None:
    """Takes away what an earlier run left."""
    helm("uninstall", RELEASE, "--wait", "--timeout", "3m", check=False)
    kubectl("-n", NAMESPACE, "delete", "job,pod", "--all", "--grace-period=1", check=False)


def wait_rolled_out(within_s: float = 300) -> None:
    """Waits until every Deployment of the release has what it wants and nothing older is left."""
    kubectl("-n", NAMESPACE, "rollout", "status", "deployment", f"--timeout={within_s:.0f}s", within_s=within_s + 60)


def pods(component: str = "") -> dict[str, str]:
    """Address by name of the ready pods that are not about to end."""
    return {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in _serving(component)}


def tags() -> set[str]:
    """The tags of the images that ready pods are made of: which release serves."""
    return {pod["spec"]["containers"][0]["image"].rpartition(":")[2] for pod in _serving()}


def _serving(component: str = "") -> list[Any]:
    return [pod for pod in _all_pods(component) if "deletionTimestamp" not in pod["metadata"] and _is_ready(pod)]


def _all_pods(component: str) -> list[Any]:
    label = "app.kubernetes.io/part-of=qiandao" if not component else f"app.kubernetes.io/component={component}"
    found: list[Any] = json.loads(kubectl("-n", NAMESPACE, "get", "pods", "-l", label, "-o", "json"))["items"]
    return found


def _is_ready(pod: Mapping[str, dict[str, list[dict[str, str]]]]) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def load_image(tag: str, tree: Path = ROOT) -> None:
    """Builds the image of a tree, if it is not there yet, and brings it into the node."""
    archive = CACHE.parent / "image" / f"qiandao-{tag}.tar"
    command = [sys.executable, "-m", "deploy.docker.image", "build", "--tag", f"localhost/qiandao:{tag}"]
    if subprocess.run([*command, "--output", str(archive)], cwd=tree, check=False).returncode:
        raise LaunchError(f"the image of {tree} did not build")
    node.load(archive)

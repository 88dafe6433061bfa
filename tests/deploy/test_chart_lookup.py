"""What the chart does with what it finds in a cluster: certificates are kept, missing Secrets are named.

Real Helm asks a server that answers like Kubernetes as far as `lookup` goes.
"""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from tests.deploy.helm import CHART, KUBERNETES, Manifest, helm, render

NAMESPACE = "qiandao"
_RESOURCES = [
    {"name": "namespaces", "kind": "Namespace", "namespaced": False, "verbs": ["get"]},
    {"name": "secrets", "kind": "Secret", "namespaced": True, "verbs": ["get"]},
]
_DISCOVERY: dict[str, Any] = {
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": _RESOURCES},
    f"/api/v1/namespaces/{NAMESPACE}": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
}
_NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


class FakeCluster:
    """The Secrets of one namespace, for Helm to look up."""

    def __init__(self, kubeconfig: Path) -> None:
        self.secrets: dict[str, Manifest] = {}
        self._kubeconfig = kubeconfig
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = cluster._get(self.path.partition("?")[0])
                body = json.dumps(found or _NOT_FOUND).encode()
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        address = f"http://127.0.0.1:{self._server.server_port}"
        kubeconfig.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "fake", "cluster": {"server": address}}],
                    "contexts": [{"name": "fake", "context": {"cluster": "fake"}}],
                    "current-context": "fake",
                }
            )
        )

    def _get(self, path: str) -> Manifest | None:
        folder, _, name = path.rpartition("/")
        if folder == f"/api/v1/namespaces/{NAMESPACE}/secrets":
            return self.secrets.get(name)
        return _DISCOVERY.get(path)

    def hold(self, name: str, *keys: str) -> None:
        """Puts a Secret with these keys there."""
        self.hold_as_made({"kind": "Secret", "metadata": {"name": name}, "data": dict.fromkeys(keys, "eA==")})

    def hold_as_made(self, *manifests: Manifest) -> None:
        """Puts Secrets there as a render has them."""
        for manifest in manifests:
            self.secrets[manifest["metadata"]["name"]] = {"apiVersion": "v1", **manifest}

    def template(self, *more: str) -> tuple[dict[str, Manifest], str]:
        """Secrets of a render by name, and what Helm said on stderr."""
        values = ("-f", str(CHART / "ci" / "minimal-values.yaml"))
        options = ("--dry-run=server", "--kubeconfig", str(self._kubeconfig), "-n", NAMESPACE, *KUBERNETES)
        done = helm("template", "qiandao", str(CHART), *values, *options, *more)
        found = [each for each in yaml.safe_load_all(done.stdout) if each and each["kind"] == "Secret"]
        return {each["metadata"]["name"]: each for each in found}, done.stderr

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    """A namespace without Secrets."""
    made = FakeCluster(tmp_path / "kubeconfig")
    try:
        yield made
    finally:
        made.close()


def mounted(values: str) -> dict[str, set[str]]:
    """Keys of Secrets that pods of a render mount, by Secret, without those that the chart makes."""
    found: dict[str, set[str]] = {}
    for manifest in render(values):
        if manifest["kind"] in ("Deployment", "Job"):
            for volume in manifest["spec"]["template"]["spec"]["volumes"]:
                sources = [source["secret"] for source in volume.get("projected", {}).get("sources", ())]
                if "items" in volume.get("secret", {}):
                    sources.append({"name": volume["secret"]["secretName"], "items": volume["secret"]["items"]})
                for source in sources:
                    found.setdefault(source["name"], set()).update(item["key"] for item in source["items"])
    return found


def hold_all(cluster: FakeCluster) -> None:
    """What a platform team brings."""
    for name, keys in mounted("minimal").items():
        cluster.hold(name, *keys)


def test_every_missing_secret_is_named_at_once(cluster: FakeCluster) -> None:
    """A pod would wait for it without a word, so Helm refuses before anything changes."""
    _, said = cluster.template()
    for name, keys in mounted("minimal").items():
        assert f"there is no Secret {name}; it has to hold " in said
        for key in keys:
            assert key in said
    assert "secrets.mustExist=false goes on without" in said


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("qiandao-mysql", "RECORDER_DATABASE_URL"),
        ("qiandao-mysql", "CHECKIN_MIGRATION_DATABASE_URL"),
        ("qiandao-redis", "GATEWAY_REDIS_URL"),
        ("qiandao-rabbitmq", "PROJECTOR_AMQP_URL"),
        ("qiandao-keys", "IDENTITY_PII_SECRET"),
    ],
)
def test_a_missing_key_of_a_secret_is_named(cluster: FakeCluster, secret: str, key: str) -> None:
    """The one that is missing, and not the others."""
    hold_all(cluster)
    del cluster.secrets[secret]["data"][key]
    _, said = cluster.template()
    assert f"namespace {NAMESPACE}: the Secret {secret} lacks {key}. README.md" in said


def test_a_missing_authority_of_a_server_is_named(cluster: FakeCluster) -> None:
    """TLS by value needs the certificate that the value names."""
    hold_all(cluster)
    tls = "external.mysql.tls.enabled=true,external.mysql.tls.caSecret=server-ca"
    assert "there is no Secret server-ca; it has to hold ca.crt" in cluster.template("--set", tls)[1]
    cluster.hold("server-ca", "ca.crt")
    assert cluster.template("--set", tls)[0]


def test_ones_own_certificates_have_to_be_there(cluster: FakeCluster) -> None:
    """Whoever brings them brings all."""
    hold_all(cluster)
    found, said = cluster.template("--set", "mtls.existingSecrets=true")
    assert not found
    assert "there is no Secret checkin-tls; it has to hold ca.crt, tls.crt, tls.key" in said
    assert "there is no Secret synthetic-tls" in said


def test_secrets_may_come_later(cluster: FakeCluster) -> None:
    """Where another tool delivers them in the same breath, or the deployer may not read them."""
    found, said = cluster.template("--set", "secrets.mustExist=false")
    assert "checkin-tls" in found
    assert not said


def test_certificates_are_kept_over_an_upgrade(cluster: FakeCluster) -> None:
    """New ones with every upgrade would cut old pods from new ones while it rolls."""
    hold_all(cluster)
    installed, _ = cluster.template()
    cluster.hold_as_made(*installed.values())
    upgraded, _ = cluster.template()
    assert upgraded == installed
    assert "qiandao-ca" in installed


def test_an_old_certificate_is_issued_anew_by_the_same_authority(cluster: FakeCluster) -> None:
    """Only that one; whoever trusted the old one trusts the new one."""
    hold_all(cluster)
    installed, _ = cluster.template()
    cluster.hold_as_made(*installed.values())
    cluster.secrets["checkin-tls"]["metadata"]["annotations"]["qiandao/issued-at"] = "1700000000"
    upgraded, _ = cluster.template()
    changed = {name for name in installed if upgraded[name]["data"] != installed[name]["data"]}
    assert changed == {"checkin-tls"}
    assert upgraded["checkin-tls"]["data"]["ca.crt"] == installed["checkin-tls"]["data"]["ca.crt"]
    issued_at = upgraded["checkin-tls"]["metadata"]["annotations"]["qiandao/issued-at"]
    assert int(issued_at) > 1700000000


def test_a_lost_authority_issues_everything_anew(cluster: FakeCluster) -> None:
    """A certificate of an authority that is gone would be believed by nobody new."""
    hold_all(cluster)
    installed, _ = cluster.template()
    cluster.hold_as_made(*installed.values())
    del cluster.secrets["qiandao-ca"]
    upgraded, _ = cluster.template()
    assert all(upgraded[name]["data"]["tls.crt"] != installed[name]["data"]["tls.crt"] for name in installed)

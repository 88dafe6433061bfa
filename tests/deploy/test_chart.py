"""The chart, rendered by real Helm: what it makes, what it refuses, and that it knows our processes."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from cryptography import x509

from deploy.helm import readme
from deploy.local.processes import PROCESSES
from deploy.settings_table import CLASSES
from tests.deploy.goldens import golden
from tests.deploy.helm import CHART, GOLDEN, KUBERNETES, Manifest, all_values, helm, render

PORTS = {"http": 8080, "grpc": 50051, "ops": 9090}


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """Objects of a kind by name."""
    return {found["metadata"]["name"]: found for found in manifests if found["kind"] == kind}


def pod_specs(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pod there may be."""
    for found in manifests:
        if found["kind"] in ("Deployment", "Job"):
            yield found["metadata"]["name"], found["spec"]["template"]["spec"]
        elif found["kind"] == "Pod":
            yield found["metadata"]["name"], found["spec"]


def test_helm_finds_nothing_to_say() -> None:
    """helm lint, for every set of values."""
    for values in all_values():
        path = CHART / "ci" / f"{values}-values.yaml"
        done = helm("lint", "--strict", str(CHART), "-f", str(path), "--kube-version", KUBERNETES[1])
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("values", all_values())
def test_a_render_is_what_is_committed(values: str) -> None:
    """A change of the chart shows in the review; `make chart` writes it."""
    assert golden(values) == (GOLDEN / f"{values}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("values", all_values())
def test_every_pod_is_restricted(values: str) -> None:
    """Whatever the namespace enforces."""
    for name, spec in pod_specs(render(values)):
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            assert not container["image"].endswith(":latest"), name


@pytest.mark.parametrize("name", PROCESSES)
def test_a_component_is_a_process_of_ours(name: str) -> None:
    """Its module, its ports, its calls and every variable that its settings cannot do without."""
    process = PROCESSES[name]
    deployment = of_kind(render("minimal"), "Deployment")[name]
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == [process.module]
    named = {port["name"]: port["containerPort"] for port in container["ports"]}
    wanted = {"ops": True, "grpc": process.grpc_port is not None, "http": process.http_port is not None}
    assert named == {kind: PORTS[kind] for kind, is_wanted in wanted.items() if is_wanted}
    given = {variable["name"].removesuffix("_FILE") for variable in container["env"]}
    assert required(process.prefix) <= given | {"IDENTITY_SIGNING_KEYS"}
    assert {f"QIANDAO_{called.upper()}_TARGET" for called in process.calls} == {
        variable for variable in given if variable.endswith("_TARGET")
    }


def required(prefix: str) -> set[str]:
    """Variables without a default of a process."""
    found = set()
    for settings in CLASSES:
        if settings.model_config.get("env_prefix") == prefix:
            found |= {f"{prefix}{name}".upper() for name, field in settings.model_fields.items() if field.is_required()}
    return {name.removesuffix("_FILE") for name in found}


def test_only_its_own_secrets_are_in_a_pod() -> None:
    """Least privilege: a pod mounts the keys whose variables it has."""
    for name, deployment in of_kind(render("minimal"), "Deployment").items():
        spec = deployment["spec"]["template"]["spec"]
        mounted = {
            item["key"]
            for volume in spec["volumes"]
            if volume["name"] == "secrets"
            for source in volume["projected"]["sources"]
            for item in source["secret"]["items"]
        }
        variables = {variable["name"].removesuffix("_FILE") for variable in spec["containers"][0]["env"]}
        assert mounted <= variables, name


def test_policies_name_the_edges_of_the_architecture() -> None:
    """Who may reach a service's gRPC port is who calls it in the table of processes, and the probe."""
    policies = of_kind(render("minimal"), "NetworkPolicy")
    for name, process in PROCESSES.items():
        allowed = {
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
            for rule in policies[name]["spec"]["ingress"]
            if rule["ports"] == [{"port": 50051}]
            for peer in rule["from"]
        }
        callers = {other.name for other in PROCESSES.values() if name in other.calls}
        assert allowed == callers | ({"synthetic"} if name == "identity" else set()), name
        called = {
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
            for rule in policies[name]["spec"]["egress"] or ()
            if rule["ports"] == [{"port": 50051}]
            for peer in rule["to"]
        }
        assert called == set(process.calls), name


def test_nothing_is_allowed_that_no_policy_names() -> None:
    """Deny by default, both ways."""
    policy = of_kind(render("minimal"), "NetworkPolicy")["deny-by-default"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policy
    assert "egress" not in policy


def test_an_autoscaler_owns_the_replicas() -> None:
    """A Deployment that says how many would undo the autoscaler with every upgrade."""
    deployments = of_kind(render("ha"), "Deployment")
    scaled = set(of_kind(render("ha"), "ScaledObject"))
    assert scaled == {"gateway", "checkin", "recorder"}
    assert {name for name, each in deployments.items() if "replicas" not in each["spec"]} == scaled


def test_the_calendar_asks_for_pods_before_the_rush() -> None:
    """What no one else has; and no metric ever shrinks the fleet because Prometheus is silent."""
    objects = of_kind(render("ha"), "ScaledObject")
    for name in ("gateway", "checkin"):
        triggers = {trigger.get("name", trigger["type"]): trigger for trigger in objects[name]["spec"]["triggers"]}
        assert triggers["calendar"]["metadata"]["query"] == 'max(calendar_expected_checkins{within="15m"})'
        assert objects[name]["spec"]["fallback"]["behavior"] == "currentReplicasIfHigher"
    for found in objects.values():
        assert found["spec"]["minReplicaCount"] >= 1
        for trigger in found["spec"]["triggers"]:
            assert trigger["type"] == "cpu" or trigger["metadata"]["ignoreNullValues"] == "false"


def test_custom_resources_come_where_they_are_known() -> None:
    """A cluster without Prometheus's operator refuses a ServiceMonitor, so by default there is none."""
    kinds = {found["kind"] for found in render("minimal")}
    assert not kinds & {"ServiceMonitor", "PrometheusRule", "ScaledObject"}
    known = {found["kind"] for found in render("minimal", "--api-versions", "monitoring.coreos.com/v1")}
    assert {"ServiceMonitor", "PrometheusRule"} <= known


def test_runbooks_are_where_the_values_say() -> None:
    """Whoever is woken gets a link that opens."""
    rules = of_kind(render("ha"), "PrometheusRule")
    links = re.findall(r"runbook_url: (\S+)", yaml.safe_dump(rules))
    assert links
    assert all(link.startswith("https://wiki.example.com/runbooks/") for link in links)


def test_the_readme_is_what_the_values_say() -> None:
    """`make chart` writes it from the comments of values.yaml."""
    assert readme.text() == readme.README.read_text(encoding="utf-8")


def test_every_server_can_be_reached_by_tls() -> None:
    """The authority is mounted where its variable says."""
    container = of_kind(render("ha"), "Deployment")["checkin"]["spec"]["template"]["spec"]["containers"][0]
    variables = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert variables["QIANDAO_MYSQL_CA_FILE"] == "/run/qiandao/ca/mysql.pem"
    assert variables["QIANDAO_REDIS_CA_FILE"] == "/run/qiandao/ca/redis.pem"
    assert variables["QIANDAO_AMQP_CA_FILE"] == "/run/qiandao/ca/rabbitmq.pem"


def test_certificates_carry_the_name_that_is_checked() -> None:
    """The other side proves the name of its process."""
    secrets = of_kind(render("minimal"), "Secret")
    for name in (*PROCESSES, "synthetic"):
        pem = base64.b64decode(secrets[f"{name}-tls"]["data"]["tls.crt"])
        certificate = x509.load_pem_x509_certificate(pem)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [name]
        authority = x509.load_pem_x509_certificate(base64.b64decode(secrets[f"{name}-tls"]["data"]["ca.crt"]))
        certificate.verify_directly_issued_by(authority)


BAD = [
    (["compnents.gateway.replicas=2"], "compnents"),
    (["components.gatway.replicas=2"], "gatway"),
    (["components.gateway.replicas=0"], "/components/gateway/replicas"),
    (["components.gateway.resources.limits.memory=-1Mi"], "/components/gateway/resources/limits/memory"),
    (["image.tag=latest"], "/image/tag"),
    (["image.digest=abc"], "/image/digest"),
    (["external.mysql.existingSecret="], "external.mysql.existingSecret is empty: name the Secret"),
    (["secrets.existingSecret="], "secrets.existingSecret is empty: name the Secret"),
    (["external.redis.tls.enabled=true"], "external.redis.tls.caSecret is empty"),
    (["publicUrl=http://checkin.example.com"], "is not https: WeChat takes nothing else"),
    (["publicUrl="], "publicUrl is empty: set it"),
    (["wechat.appId=gh_1"], "/wechat/appId"),
    (["dev.wechatBaseUrl=http://x"], "production speaks to the real WeChat only"),
    (["ingress.enabled=true"], "ingress.host is empty"),
    (["ingress.enabled=true", "ingress.host=a.example.com"], "ingress.tlsSecret is empty"),
    (["autoscaling.engine=kedda"], "/autoscaling/engine"),
    (["autoscaling.engine=keda"], "autoscaling.prometheus is empty"),
    (["autoscaling.targets.gateway.min=40"], "min 40 is more than max 30"),
    (["upgradeCheck.mode=maybe"], "/upgradeCheck/mode"),
    (["logLevel=LOUD"], "/logLevel"),
    (["traceRatio=2"], "/traceRatio"),
]


@pytest.mark.parametrize(("settings", "says"), BAD, ids=[" ".join(settings) for settings, _ in BAD])
def test_a_bad_value_is_refused_in_words(settings: list[str], says: str) -> None:
    """The message names the value, and where it can the cure."""
    more = [option for setting in settings for option in ("--set-string" if "tag" in setting else "--set", setting)]
    path = CHART / "ci" / "minimal-values.yaml"
    done = helm("template", "q", str(CHART), "-f", str(path), *KUBERNETES, *more)
    assert done.returncode != 0
    assert says in done.stderr

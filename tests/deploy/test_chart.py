"""The chart, rendered by real Helm: what it makes, what it refuses, and that it knows our processes."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from cryptography import x509

from deploy.fleet import PROCESSES, SERVICES, environment, local_place, ports
from deploy.helm import readme
from deploy.operate.__main__ import parser
from deploy.settings_table import CLASSES, table
from servicekit.mysql import migrate
from servicekit.process import _STEP_TIMEOUT_S, Stop
from servicekit.settings import variables
from tests.deploy.goldens import golden
from tests.deploy.helm import CHART, GOLDEN, KUBERNETES, Manifest, all_values, helm, render

PORTS = {"http": 8080, "grpc": 50051, "ops": 9090}
# With these every process of ours runs; the bucket listens where nothing else does.
EXPORTS = ("--set", "exports.store=s3://qiandao-exports/files,exports.port=9000")


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
    deployment = of_kind(render("minimal", *EXPORTS), "Deployment")[name]
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


def environment_of(values: str, name: str, *more: str) -> dict[str, str]:
    """The variables of a component."""
    container = of_kind(render(values, *more), "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
    assert len({variable["name"] for variable in container["env"]}) == len(container["env"])
    return {variable["name"]: variable["value"] for variable in container["env"]}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_component_finds_what_a_local_process_finds(name: str) -> None:
    """Whatever `make up` sets is set here too, but for what only a local stack has: other targets, a simulator."""
    process = PROCESSES[name]
    place = local_place(dict.fromkeys(PROCESSES, 1), 8080)
    local = set(environment(process, ports(process, 0), place))
    unused = {f"QIANDAO_{service.upper()}_TARGET" for service in set(SERVICES) - set(process.calls)}
    unused |= {"ANTIFRAUD_REDIS_URL_FILE", "EXPORTER_REDIS_URL_FILE", "GATEWAY_SIMULATOR_URL", "QIANDAO_ROBOT_CA_FILE"}
    assert local - unused <= environment_of("dev", name, *EXPORTS).keys()


@pytest.mark.parametrize("values", all_values())
def test_every_variable_is_a_setting(values: str) -> None:
    """A misspelt one would be ignored without a word."""
    known = set(re.findall(r"^\| `(\w+)`", table(), re.MULTILINE)) | {"QIANDAO_OPS_TARGETS"}
    for name in PROCESSES:
        for variable in environment_of(values, name, *EXPORTS):
            assert variable in known or variable.removesuffix("_FILE") in known, (name, variable)


def test_without_a_store_nothing_knows_an_exporter() -> None:
    """No pod, no Service, no edge and no target of the doctor; reporting says why, and has no key of a file."""
    manifests = [found for found in render("minimal") if found["kind"] not in ("ConfigMap", "Secret")]
    assert of_kind(render("minimal"), "Deployment").keys() == PROCESSES.keys() - {"exporter"}
    assert [found["metadata"]["name"] for found in manifests if "exporter" in yaml.safe_dump(found)] == []
    exports = {key: value for key, value in environment_of("minimal", "reporting").items() if "EXPORTS" in key}
    assert exports == {"QIANDAO_EXPORTS_STORE": ""}
    with_a_store = environment_of("minimal", "reporting", *EXPORTS).items()
    others = {(key, value) for key, value in with_a_store if not re.search("EXPORTS|ROBOT", key)}
    assert environment_of("minimal", "reporting").items() - exports.items() == others


def test_a_component_may_have_its_own_variables() -> None:
    """They take the place of the chart's: of two, the API server keeps one or the other."""
    assert environment_of("hardened", "checkin")["QIANDAO_LOG_LEVEL"] == "WARNING"
    assert environment_of("hardened", "gateway")["QIANDAO_LOG_LEVEL"] == "INFO"


def test_the_doctor_in_the_gateway_sees_every_component() -> None:
    """Each has a Service of its own with the ops port, and the gateway knows them all."""
    services = of_kind(render("minimal", *EXPORTS), "Service")
    targets = environment_of("minimal", "gateway", *EXPORTS)["QIANDAO_OPS_TARGETS"]
    named = dict(entry.split("=") for entry in targets.split(","))
    assert named.keys() | {"gateway"} == PROCESSES.keys()
    for name, address in named.items():
        assert address == f"{name}-headless.qiandao.svc.cluster.local:9090"
    for name, row in PROCESSES.items():
        spec = services[f"{name}-headless"]["spec"]
        assert spec["clusterIP"] == "None"
        assert not spec.get("publishNotReadyAddresses")
        assert {port["name"] for port in spec["ports"]} == {"ops"} | ({"grpc"} if row.grpc_port else set())


def test_a_pod_may_end_in_order() -> None:
    """The kubelet kills no pod that still takes one of its steps."""
    steps_s = len(Stop) * _STEP_TIMEOUT_S
    for name, deployment in of_kind(render("minimal", *EXPORTS), "Deployment").items():
        spec = deployment["spec"]["template"]["spec"]
        waits_s = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert spec["terminationGracePeriodSeconds"] >= waits_s + steps_s, name
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, name


def test_jobs_call_commands_there_are() -> None:
    """The command itself understands what hooks and tests ask of it."""
    for values, only_warns in (("minimal", True), ("ha", False)):
        manifests = render(values)
        specs = dict(pod_specs(manifests))
        module, *arguments = specs["upgrade-check"]["containers"][0]["args"]
        assert module == "deploy.operate"
        asked = parser().parse_args(arguments)
        assert (asked.command, asked.within_s, asked.only_warn) == ("calendar", 900, only_warns)
        module, *arguments = specs["synthetic"]["containers"][0]["args"]
        assert module == "deploy.operate"
        assert parser().parse_args(arguments).url == "http://gateway.qiandao.svc.cluster.local:8080"
        migrated = {name.removeprefix("migrate-") for name in specs if name.startswith("migrate-")}
        assert migrated == set(migrate.services())
    assert "upgrade-check" not in dict(pod_specs(render("hardened")))


def test_migrations_run_before_what_needs_them() -> None:
    """As hooks, and their failure stays to be read; without hooks each revision has its own Jobs."""
    jobs = of_kind(render("minimal"), "Job")
    assert jobs["migrate-checkin"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert jobs["migrate-checkin"]["metadata"]["annotations"]["helm.sh/hook-delete-policy"] == "before-hook-creation"
    plain = of_kind(render("hpa"), "Job")["migrate-checkin-1"]
    assert "annotations" not in plain["metadata"]


@pytest.mark.parametrize("values", all_values())
def test_no_render_holds_a_secret_of_yours(values: str) -> None:
    """The only Secrets are our own certificates; connection URLs are in files, never in variables."""
    own = {f"{name}-tls" for name in (*PROCESSES, "synthetic")} | {"qiandao-ca"}
    assert set(of_kind(render(values), "Secret")) <= own
    for _, spec in pod_specs(render(values)):
        for variable in spec["containers"][0].get("env", ()):
            assert not re.search(r"://[^/]*@", variable["value"]), variable["name"]


def required(prefix: str) -> set[str]:
    """Variables without a default of a process."""
    found = set()
    for settings in CLASSES:
        if settings.model_config.get("env_prefix") == prefix:
            named = variables(settings)
            found |= {named[name] for name, field in settings.model_fields.items() if field.is_required()}
    return {name.removesuffix("_FILE") for name in found}


def test_only_its_own_secrets_are_in_a_pod() -> None:
    """Least privilege: a pod mounts the keys whose variables it has."""
    for name, deployment in of_kind(render("minimal", *EXPORTS), "Deployment").items():
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
    policies = of_kind(render("minimal", *EXPORTS), "NetworkPolicy")
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


def test_policies_name_the_servers_of_each_process() -> None:
    """MySQL, Redis and RabbitMQ for whom the table gives them, WeChat for identity, a bucket and robots for exports."""
    policies = of_kind(render("minimal", *EXPORTS), "NetworkPolicy")
    for name, row in PROCESSES.items():
        reached = {rule["ports"][0]["port"] for rule in policies[name]["spec"]["egress"] or ()}
        wanted = {3306: bool(row.schema), 6379: name not in ("antifraud", "exporter"), 5672: row.amqp}
        wanted |= {443: name in ("identity", "exporter"), 9000: name in ("reporting", "exporter")}
        assert reached - {50051, 9090} == {port for port, is_wanted in wanted.items() if is_wanted}, name


@pytest.mark.parametrize(
    ("url", "port"), [("http://wechat2:8090", 8090), ("http://wechat2", 80), ("https://wechat.example.com/sim", 443)]
)
def test_identity_may_reach_the_simulator(url: str, port: int) -> None:
    """Where its URL says, and by the usual port where it says none."""
    policy = of_kind(render("dev", "--set", f"dev.wechatBaseUrl={url}"), "NetworkPolicy")["identity"]
    assert {"ports": [{"port": port}]} in policy["spec"]["egress"]


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
    (["defaults.env.IDENTITY_PII_SECRET=1:ab"], "env.IDENTITY_PII_SECRET: a secret comes from a Secret"),
    (["components.checkin.env.CHECKIN_REDIS_URL=redis://a:b@c"], "components.checkin.env.CHECKIN_REDIS_URL: a secret"),
    (["components.checkin.preStopSeconds=60", "components.checkin.terminationGracePeriodSeconds=70"], "leaves 10 s"),
    (["autoscaling.engine=hpa", "autoscaling.cpu=false"], "knows nothing but CPU"),
    (["wechat.appId=gh_1"], "/wechat/appId"),
    (["dev.wechatBaseUrl=http://x"], "production speaks to the real WeChat only"),
    (["ingress.enabled=true"], "ingress.host is empty"),
    (["ingress.enabled=true", "ingress.host=a.example.com"], "ingress.tlsSecret is empty"),
    (["autoscaling.engine=kedda"], "/autoscaling/engine"),
    (["autoscaling.engine=keda"], "autoscaling.prometheus is empty"),
    (["autoscaling.targets.gateway.min=0"], "/autoscaling/targets/gateway/min"),
    (
        ["autoscaling.engine=keda", "autoscaling.prometheus=http://p", "autoscaling.cpu=false"]
        + ["autoscaling.targets.recorder.attemptsPerSecond=null", "autoscaling.targets.recorder.backlogMessages=null"],
        "autoscaling.targets.recorder says nothing to scale by",
    ),
    (["autoscaling.targets.gateway.min=40"], "min 40 is more than max 30"),
    (["upgradeCheck.mode=maybe"], "/upgradeCheck/mode"),
    (["logLevel=LOUD"], "/logLevel"),
    (["traceRatio=2"], "/traceRatio"),
    (["exports.store=/var/exports"], "reporting and exporter are pods that share none; name a bucket"),
]


@pytest.mark.parametrize(("settings", "says"), BAD, ids=[" ".join(settings) for settings, _ in BAD])
def test_a_bad_value_is_refused_in_words(settings: list[str], says: str) -> None:
    """The message names the value, and where it can the cure."""
    more = [option for setting in settings for option in ("--set-string" if "tag" in setting else "--set", setting)]
    path = CHART / "ci" / "minimal-values.yaml"
    done = helm("template", "q", str(CHART), "-f", str(path), *KUBERNETES, *more)
    assert done.returncode != 0
    assert says in done.stderr

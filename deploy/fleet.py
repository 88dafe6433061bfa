"""The table of what runs: every process, its ports, what it needs, and the environment it starts with.

`make up` and the test of `compose.yaml` both read this table, so the two stacks cannot drift apart.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"
SECRETS = LOCAL / "secrets"
TLS = LOCAL / "tls"

VHOST = "qiandao"
WECHAT_APP_ID = "wx5e7f2a9c3d1b8406"
# Of messages that people may be asked about.
WECHAT_TEMPLATES = {
    "checkin_result": "Qd4tV0mB2cXr7LkE9sWnYpZa1uHfJg3oTi6RvNxK5Ds",
    "activity_reminder": "Qd8aK2nC6yUj1PmF4tXoRzVb5wGhLe7iSk9DqMvT3Hr",
}

# Where a browser finds the WeChat simulator of either local stack.
SIMULATOR_URL = "http://127.0.0.1:8090"
# Where that of the robots of group chats speaks their protocols, over TLS.
ROBOTS_TLS_PORT = 8092

SERVICES = ("identity", "activity", "checkin", "antifraud", "reporting")

# The names in the certificates of `qiandao synthetic`, and of the simulator of robots, which are no processes of ours.
SYNTHETIC, ROBOTS = "synthetic", "robots"

_REPLICA_STRIDE = 10
_ROBOT_KINDS = ("wecom", "feishu", "dingtalk")
_SEALERS = ("gateway", "activity", "checkin", "recorder")
_TAG_READERS = ("activity", "checkin", "recorder")


@dataclass(frozen=True, slots=True)
class Process:
    """One row: a process of ours.

    Attributes:
        schema: The MySQL schema it works on; None when it has no database.
        calls: Services it calls over gRPC.
        needs: Processes started before it, so that it need not retry; it would start without them too.
    """

    name: str
    module: str
    ops_port: int
    grpc_port: int | None = None
    http_port: int | None = None
    schema: str | None = None
    amqp: bool = False
    calls: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """What its own variables begin with."""
        return f"{self.name.upper()}_"

    @property
    def package(self) -> str:
        """The folder of its code, seen from the root."""
        return self.module.rpartition(".")[0].replace(".", "/")


PROCESSES: dict[str, Process] = {
    row.name: row
    for row in (
        Process(
            "identity",
            "services.identity.server",
            9101,
            50051,
            schema="identity",
            calls=("activity", "checkin"),
        ),
        Process(
            "activity",
            "services.activity.server",
            9102,
            50052,
            schema="activity",
            amqp=True,
            calls=("identity", "checkin"),
            needs=("identity",),
        ),
        Process("antifraud", "services.antifraud.server", 9104, 50054),
        Process(
            "checkin",
            "services.checkin.server",
            9103,
            50053,
            schema="checkin",
            amqp=True,
            calls=("identity", "activity", "antifraud"),
            needs=("identity", "activity", "antifraud"),
        ),
        Process(
            "recorder",
            "services.checkin.worker",
            9106,
            schema="checkin",
            amqp=True,
            calls=("activity", "antifraud"),
            needs=("antifraud",),
        ),
        Process(
            "reporting",
            "services.reporting.server",
            9105,
            50055,
            schema="reporting",
            calls=("identity", "activity", "checkin"),
            needs=("identity",),
        ),
        Process("projector", "services.reporting.worker", 9107, schema="reporting", amqp=True, calls=("checkin",)),
        Process(
            "exporter",
            "services.reporting.exporter",
            9108,
            schema="reporting",
            calls=("identity", "activity", "checkin"),
            needs=("identity", "activity"),
        ),
        Process(
            "gateway",
            "gateway.server",
            9100,
            http_port=8080,
            amqp=True,
            calls=("identity", "activity", "checkin", "reporting"),
            needs=SERVICES,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are, seen from a process: this machine, or the network of `compose.yaml`.

    Attributes:
        robots: host:port of the simulator of robots, which is in `robot_networks`.
        urls: The folder of the connection URLs; that of the secrets when empty.
    """

    listen: str = "127.0.0.1"
    mysql: str = "127.0.0.1:13306"
    redis: str = "127.0.0.1:16379"
    amqp: str = "127.0.0.1:15673"
    wechat: str = SIMULATOR_URL
    traces: str = "http://127.0.0.1:4318"
    public_url: str = "http://127.0.0.1:8080"
    secrets: str = str(SECRETS)
    exports: str = str(LOCAL / "exports")
    robots: str = f"127.0.0.1:{ROBOTS_TLS_PORT}"
    robot_networks: str = "127.0.0.0/8"
    tls: str = str(TLS)
    urls: str = ""
    targets: Mapping[str, str] = field(default_factory=dict)


def replicas(text: str) -> dict[str, int]:
    """How many of each process: `gateway=2,checkin=2`; one of each that is not named.

    Raises:
        ValueError: The text is not of that form or names no process of the table.
    """
    counts = dict.fromkeys(PROCESSES, 1)
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, count = entry.partition("=")
        if name not in PROCESSES or not count.isdigit() or not 1 <= int(count) <= 9:
            raise ValueError(f"QIANDAO_REPLICAS: {entry!r} is not <process>=<1-9>; processes: {', '.join(PROCESSES)}")
        counts[name] = int(count)
    return counts


def instance(name: str, replica: int) -> str:
    """The name of one replica: `checkin`, `checkin.1`, ..."""
    return f"{name}.{replica}" if replica else name


def ports(process: Process, replica: int, http_port: int = 8080) -> dict[str, int]:
    """What one replica listens on. HTTP ports are neighbours: ten further on is the WeChat simulator."""
    found = {"ops": process.ops_port + replica * _REPLICA_STRIDE}
    if process.grpc_port is not None:
        found["grpc"] = process.grpc_port + replica * _REPLICA_STRIDE
    if process.http_port is not None:
        found["http"] = http_port + replica
    return found


def target(name: str, count: int, host: str = "127.0.0.1") -> str:
    """The gRPC target of all replicas of a process."""
    process = PROCESSES[name]
    addresses = [f"{host}:{ports(process, replica)['grpc']}" for replica in range(count)]
    return addresses[0] if count == 1 else f"ipv4:{','.join(addresses)}"


def local_place(counts: Mapping[str, int], http_port: int) -> Place:
    """This machine with so many replicas."""
    return Place(
        public_url=f"http://127.0.0.1:{http_port}",
        targets={name: target(name, counts[name]) for name in SERVICES},
    )


def environment(process: Process, listening: Mapping[str, int], place: Place) -> dict[str, str]:
    """What one replica finds in its environment; every secret is the path of a file."""
    prefix, secrets, url_folder = process.prefix, place.secrets, place.urls or place.secrets
    variables = {
        "QIANDAO_ENVIRONMENT": "local",
        "QIANDAO_LOG_LEVEL": "INFO",
        "QIANDAO_OTLP_ENDPOINT": f"{place.traces}/v1/traces",
        "QIANDAO_TRACE_RATIO": "0.01",
        "QIANDAO_PUBLIC_URL": place.public_url,
        "QIANDAO_TLS_CA_FILE": f"{place.tls}/ca.pem",
        "QIANDAO_TLS_CERT_FILE": f"{place.tls}/{process.name}.pem",
        "QIANDAO_TLS_KEY_FILE": f"{place.tls}/{process.name}.key",
        f"{prefix}OPS_ADDRESS": f"{place.listen}:{listening['ops']}",
        f"{prefix}REDIS_URL_FILE": f"{url_folder}/{prefix}REDIS_URL",
    }
    variables |= {f"QIANDAO_{name.upper()}_TARGET": where for name, where in place.targets.items()}
    if "grpc" in listening:
        variables[f"{prefix}GRPC_ADDRESS"] = f"{place.listen}:{listening['grpc']}"
    if "http" in listening:
        variables |= {"QIANDAO_HTTP_HOST": place.listen, "QIANDAO_HTTP_PORT": str(listening["http"])}
    if process.schema:
        variables[f"{prefix}DATABASE_URL_FILE"] = f"{url_folder}/{prefix}DATABASE_URL"
    if process.amqp:
        variables[f"{prefix}AMQP_URL_FILE"] = f"{url_folder}/{prefix}AMQP_URL"
    if process.name in _SEALERS:
        variables["QIANDAO_CREDENTIAL_SECRET_FILE"] = f"{secrets}/credential"
    if process.name in _TAG_READERS:
        variables["QIANDAO_NFC_SECRET_FILE"] = f"{secrets}/nfc"
    if process.name in ("identity", "gateway"):
        variables["QIANDAO_WECHAT_TEMPLATES"] = json.dumps(WECHAT_TEMPLATES)
    if process.name == "gateway":
        variables["GATEWAY_SIMULATOR_URL"] = SIMULATOR_URL
    if process.name == "activity":
        variables["ACTIVITY_PII_SECRET_FILE"] = f"{place.secrets}/activity-pii"
    if process.name in ("reporting", "exporter"):
        variables["QIANDAO_EXPORTS_STORE"] = place.exports
        variables["QIANDAO_EXPORTS_SECRET_FILE"] = f"{place.secrets}/exports"
        # Of a bucket, for whoever has one serve the local stack.
        variables["QIANDAO_EXPORTS_SECRET_KEY_FILE"] = f"{place.secrets}/exports-bucket"
        variables["QIANDAO_ROBOT_HOSTS"] = ",".join(f"{kind}={place.robots}" for kind in _ROBOT_KINDS)
        variables["QIANDAO_ROBOT_NETWORKS"] = place.robot_networks
        variables["QIANDAO_ROBOT_CA_FILE"] = f"{place.tls}/ca.pem"
    if process.name == "identity":
        variables |= _identity_environment(place)
    return variables


def _identity_environment(place: Place) -> dict[str, str]:
    return {
        "IDENTITY_SIGNING_KEYS_FILE": f"{place.secrets}/signing-keys.pem",
        "IDENTITY_PII_SECRET_FILE": f"{place.secrets}/pii",
        "IDENTITY_WECHAT_BASE_URL": place.wechat,
        "IDENTITY_WECHAT_APP_ID": WECHAT_APP_ID,
        "IDENTITY_WECHAT_APP_SECRET_FILE": f"{place.secrets}/wechat-app-secret",
    }


def overridden(
    variables: Mapping[str, str], process: Process, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment with what the caller's shell sets for this process or for all."""
    wanted = {name: value for name, value in environ.items() if name.startswith((process.prefix, "QIANDAO_"))}
    return {**variables, **wanted}


def urls(place: Place, passwords: Mapping[str, str]) -> dict[str, str]:
    """Every connection URL by the name of its variable, as the files in `secrets` hold them.

    Args:
        passwords: By `mysql-<user>`, `redis-<user>` and `rabbitmq-<user>`.
    """
    found: dict[str, str] = {}
    for process in PROCESSES.values():
        user = process.name
        found[f"{process.prefix}REDIS_URL"] = f"redis://{user}:{passwords[f'redis-{user}']}@{place.redis}/0"
        if process.schema:
            found[f"{process.prefix}DATABASE_URL"] = _mysql_url("aiomysql", user, process.schema, place, passwords)
        if process.amqp:
            found[f"{process.prefix}AMQP_URL"] = f"amqp://{user}:{passwords[f'rabbitmq-{user}']}@{place.amqp}/{VHOST}"
    return found | _migration_urls(place, passwords)


def _migration_urls(place: Place, passwords: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{schema.upper()}_MIGRATION_DATABASE_URL": _mysql_url(
            "pymysql", f"{schema}_migrator", schema, place, passwords
        )
        for schema in SERVICES
    }


def _mysql_url(driver: str, user: str, schema: str, place: Place, passwords: Mapping[str, str]) -> str:
    return f"mysql+{driver}://{user}:{passwords[f'mysql-{user}']}@{place.mysql}/{schema}?charset=utf8mb4"


def code_roots(process: Process) -> Iterable[str]:
    """Folders and files whose change means that a running replica is out of date."""
    return (process.package, "domainkit", "servicekit", "protos", "requirements.lock")

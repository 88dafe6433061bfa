"""The table of processes, and the two stacks that follow it."""

from pathlib import Path

import pytest
import yaml

from deploy.fleet import (
    PROCESSES,
    ROOT,
    SERVICES,
    environment,
    instance,
    local_place,
    overridden,
    ports,
    replicas,
    target,
    urls,
)
from deploy.local import containers, servers, stack
from deploy.local.stack import Shape

COMPOSE = yaml.safe_load((ROOT / "deploy" / "local" / "compose.yaml").read_text())


def test_every_process_has_ports_of_its_own() -> None:
    """Nine replicas of everything listen on different ports, none of them a server's or a tool's."""
    counts = dict.fromkeys(PROCESSES, 9)
    taken = [port for program in stack.programs(Shape(counts, 18080)) for port in program.ports.values()]
    assert len(taken) == len(set(taken))


def test_every_need_is_a_known_step() -> None:
    """No program waits for something that does not exist."""
    steps = stack.steps(Shape(dict.fromkeys(PROCESSES, 2)))
    assert {need for step in steps for need in step.needs} <= {step.name for step in steps}


@pytest.mark.parametrize("name", PROCESSES)
def test_compose_starts_the_process_as_the_table_says(name: str) -> None:
    """The container has the module and the whole environment of the table."""
    process = PROCESSES[name]
    service = COMPOSE["services"][name]
    assert service["command"] == [process.module]
    assert service["environment"] == environment(process, ports(process, 0), containers.PLACE)


def test_compose_gives_its_mysql_the_same_options() -> None:
    """What is measured locally holds for MySQL in Docker, durability first."""
    assert tuple(COMPOSE["services"]["mysql"]["command"]) == servers.MYSQL_OPTIONS
    assert "--innodb-flush-log-at-trx-commit=1" in servers.MYSQL_OPTIONS


def test_compose_gives_its_redis_the_same_options() -> None:
    """Nothing is saved, and nothing is evicted."""
    assert tuple(COMPOSE["services"]["redis"]["command"][-len(servers.REDIS_OPTIONS) :]) == servers.REDIS_OPTIONS


def test_compose_waits_only_for_services_that_exist() -> None:
    """Every name in depends_on and every volume is defined."""
    services = COMPOSE["services"].values()
    assert {name for service in services for name in service.get("depends_on", {})} <= COMPOSE["services"].keys()
    mounted = {volume.partition(":")[0] for service in services for volume in service.get("volumes", ())}
    assert mounted == COMPOSE["volumes"].keys()


def test_containers_files_hold_what_the_servers_need(tmp_path: Path) -> None:
    """The one-shot container writes accounts for three servers, and secrets that only their owner reads."""
    containers.write_files(tmp_path)
    assert (
        "load_definitions = /run/qiandao/rabbitmq/definitions.json"
        in (tmp_path / "rabbitmq" / "rabbitmq.conf").read_text()
    )
    assert (tmp_path / "redis" / "users.acl").read_text().startswith("user default off\n")
    assert (tmp_path / "mysql" / "admin.sql").read_text().startswith("CREATE USER")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_secrets_never_stand_in_the_environment() -> None:
    """Whatever holds a password reaches a process as the path of a file."""
    for process in PROCESSES.values():
        names = environment(process, ports(process, 0), local_place(dict.fromkeys(PROCESSES, 1), 8080))
        secret = [name for name in names if any(word in name for word in ("URL", "SECRET"))]
        assert [name for name in secret if not name.endswith("_FILE")] in (
            ["QIANDAO_PUBLIC_URL"],
            ["QIANDAO_PUBLIC_URL", "GATEWAY_SIMULATOR_URL"],
            ["QIANDAO_PUBLIC_URL", "IDENTITY_WECHAT_BASE_URL"],
        )


def test_urls_carry_the_user_of_the_process() -> None:
    """The recorder works on schema checkin as itself."""
    passwords = _Passwords()
    found = urls(local_place(dict.fromkeys(PROCESSES, 1), 8080), passwords)
    assert found["RECORDER_DATABASE_URL"] == (
        "mysql+aiomysql://recorder:<mysql-recorder>@127.0.0.1:13306/checkin?charset=utf8mb4"
    )
    assert found["RECORDER_AMQP_URL"] == "amqp://recorder:<rabbitmq-recorder>@127.0.0.1:15673/qiandao"


class _Passwords(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def test_replicas_become_one_target() -> None:
    """Clients see all replicas of a service behind one gRPC target."""
    assert target("checkin", 1) == "127.0.0.1:50053"
    assert target("checkin", 2) == "ipv4:127.0.0.1:50053,127.0.0.1:50063"
    assert instance("checkin", 0) == "checkin"
    assert instance("checkin", 1) == "checkin.1"


def test_replicas_are_read_from_text() -> None:
    """What is not named runs once."""
    assert replicas("gateway=2, checkin=3") == dict.fromkeys(PROCESSES, 1) | {"gateway": 2, "checkin": 3}


@pytest.mark.parametrize("text", ["checkin", "checkin=0", "checkin=x", "nobody=2", "checkin=10"])
def test_senseless_replicas_are_refused(text: str) -> None:
    """The error names the setting and the processes there are."""
    with pytest.raises(ValueError, match="QIANDAO_REPLICAS"):
        replicas(text)


def test_the_shell_overrides_settings_of_the_process_alone() -> None:
    """QIANDAO_* and its own prefix pass; another process's settings do not."""
    environ = {"QIANDAO_TRACE_RATIO": "1", "CHECKIN_POOL": "4", "RECORDER_POOL": "9", "PATH": "/bin"}
    found = overridden({"QIANDAO_TRACE_RATIO": "0.01"}, PROCESSES["checkin"], environ)
    assert found == {"QIANDAO_TRACE_RATIO": "1", "CHECKIN_POOL": "4"}


def test_every_service_has_a_grpc_port() -> None:
    """A target can be made for each of them."""
    assert all(PROCESSES[name].grpc_port for name in SERVICES)

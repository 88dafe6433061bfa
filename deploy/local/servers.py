"""The private MariaDB, Redis and RabbitMQ of the local stack, in `.local/` and on their own ports.

They run as Debian's users for them when `make up` is root and those users can reach the folder, else as the caller. No
server of the system is touched: every option is given here, and no file under /etc is read.
"""

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pymysql
from pymysql.connections import Connection

from deploy.fleet import LOCAL
from deploy.local import accounts
from deploy.local.credentials import Vault, write
from deploy.local.launch import LaunchError, Program
from deploy.local.steps import Step

MYSQL_PORT, REDIS_PORT, AMQP_PORT = 13306, 16379, 15673
_EPMD_PORT, _ERLANG_PORT, _BROKER_METRICS_PORT = 14369, 15674, 15675
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

# `compose.yaml` gives its MySQL the same; a test compares them. Strict mode is each connection's own, too.
MYSQL_OPTIONS = (
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    "--default-time-zone=+00:00",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=512M",
    "--innodb-log-file-size=512M",
    "--max-allowed-packet=64M",
    "--max-connections=300",
    "--skip-name-resolve",
)
REDIS_OPTIONS = ("--save", "", "--appendonly", "no", "--maxmemory", "512mb", "--maxmemory-policy", "noeviction")


def programs(vault: Vault) -> list[Program]:
    """The servers, in the order they start."""
    return [_mariadb(vault), _redis(vault), _epmd(), _rabbitmq(vault)]


def steps(vault: Vault) -> list[Step]:
    """What has to be done inside MariaDB before anything of ours can use it."""
    return [Step("accounts", lambda: _make_accounts(vault), ("mariadb",))]


def _mariadb(vault: Vault) -> Program:
    home, user = LOCAL / "mariadb", _account("mysql")
    init_file = accounts.sql_admin(vault.password)

    def prepare() -> None:
        _own(home, user)
        _give(home / "init.sql", init_file, user)
        if not (home / "data" / "mysql").is_dir():
            _install_mariadb(home, user)

    return Program(
        "mariadb",
        (
            _binary("mariadbd"),
            "--no-defaults",
            f"--datadir={home / 'data'}",
            # A relative socket lies in the data folder, however long the path to it is (a socket's may have 107 bytes).
            "--socket=mysqld.sock",
            f"--init-file={home / 'init.sql'}",
            f"--user={user or pwd.getpwuid(os.geteuid()).pw_name}",
            "--bind-address=127.0.0.1",
            f"--port={MYSQL_PORT}",
            *MYSQL_OPTIONS,
        ),
        {"mysql": MYSQL_PORT},
        lambda: _answers_mysql(vault),
        fingerprint=_fingerprint(init_file),
        user=user,
        prepare=prepare,
        grace_s=60,
    )


def _install_mariadb(home: Path, user: str | None) -> None:
    # An unfinished installation has no `mysql` folder worth keeping, and the installer refuses a folder with files.
    shutil.rmtree(home / "data", ignore_errors=True)
    _own(home / "data", user)
    command = [_binary("mariadb-install-db"), "--no-defaults", f"--datadir={home / 'data'}", "--skip-test-db"]
    done = _as_user([*command, "--skip-name-resolve"], user)
    if done.returncode:
        raise LaunchError(f"MariaDB could not make its data folder:\n{done.stdout}")


def connect_admin(
    vault: Vault, host: str = "127.0.0.1", port: int = MYSQL_PORT
) -> "Connection[pymysql.cursors.Cursor]":
    """A connection of the launcher's own account.

    Raises:
        pymysql.err.OperationalError: The server is not there or does not know the account.
    """
    password = vault.password(f"mysql-{accounts.ADMIN}")
    return pymysql.connect(
        host=host, port=port, user=accounts.ADMIN, password=password, autocommit=True, connect_timeout=2
    )


def _answers_mysql(vault: Vault) -> bool:
    try:
        connect_admin(vault).close()
    except pymysql.err.OperationalError:
        return False
    return True


def _make_accounts(vault: Vault) -> str:
    statements = accounts.sql_accounts(vault.password)
    return once("accounts", _fingerprint(*statements), lambda: execute(vault, statements))


def grant_tables(vault: Vault, host: str = "127.0.0.1", port: int = MYSQL_PORT) -> str:
    """Gives the rights on single tables; tables that no migration has made yet are left out."""
    with closing(connect_admin(vault, host, port)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_schema, table_name FROM information_schema.tables")
        there = set(cursor.fetchall())
        given = [text for schema, table, text in accounts.sql_table_grants() if (schema, table) in there]
        for statement in given:
            cursor.execute(statement)
    return f"{len(given)} tables"


def execute(vault: Vault, statements: Sequence[str], host: str = "127.0.0.1", port: int = MYSQL_PORT) -> str:
    """Runs statements as the launcher's own account."""
    with closing(connect_admin(vault, host, port)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return f"{len(statements)} statements"


def once(name: str, fingerprint: str, action: Callable[[], str]) -> str:
    """Does something to the database unless the same was done to it before; wiping the data forgets it."""
    stamp = LOCAL / "mariadb" / f"{name}.done"
    if stamp.exists() and stamp.read_text() == fingerprint:
        return "up to date"
    how = action()
    write(stamp, fingerprint)
    return how


def _redis(vault: Vault) -> Program:
    home, user = LOCAL / "redis", _account("redis")
    acl = accounts.redis_acl(vault.password)

    def prepare() -> None:
        _own(home, user)
        _give(home / "users.acl", acl, user)

    where = ("--bind", "127.0.0.1", "--port", str(REDIS_PORT), "--dir", str(home), "--aclfile", str(home / "users.acl"))
    return Program(
        "redis",
        (_binary("redis-server"), *where, *REDIS_OPTIONS),
        {"redis": REDIS_PORT},
        lambda: _answers_redis(vault.password(f"redis-{accounts.ADMIN}")),
        fingerprint=_fingerprint(acl),
        user=user,
        prepare=prepare,
    )


def _answers_redis(password: str) -> bool:
    greeting = f"AUTH {accounts.ADMIN} {password}\r\nPING\r\n"
    return _ask(REDIS_PORT, greeting.encode(), b"+OK\r\n+PONG\r\n")


def _epmd() -> Program:
    # RabbitMQ would start Erlang's port mapper itself and leave it behind; ours ends with `make down`.
    return Program(
        "epmd",
        (_binary("epmd"), "-address", "127.0.0.1", "-port", str(_EPMD_PORT)),
        {"epmd": _EPMD_PORT},
        # NAMES_REQ of the Erlang distribution protocol; the answer begins with the mapper's own port.
        lambda: _ask(_EPMD_PORT, b"\x00\x01n", _EPMD_PORT.to_bytes(4, "big")),
        user=_account("rabbitmq"),
    )


def _rabbitmq(vault: Vault) -> Program:
    home, user = LOCAL / "rabbitmq", _account("rabbitmq")
    files = {
        "definitions.json": accounts.rabbitmq_definitions(vault.password),
        "rabbitmq.conf": _broker_settings(home / "definitions.json"),
        "enabled_plugins": "[rabbitmq_prometheus].\n",
        ".erlang.cookie": vault.password("erlang-cookie"),
    }

    def prepare() -> None:
        _own(home, user)
        for name, text in files.items():
            _give(home / name, text, user)

    return Program(
        "rabbitmq",
        (str(_RABBITMQ),),
        {"amqp": AMQP_PORT, "erlang": _ERLANG_PORT, "metrics": _BROKER_METRICS_PORT},
        lambda: _ask(AMQP_PORT, b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00"),
        environment=_broker_environment(home),
        needs=("epmd",),
        fingerprint=_fingerprint(*files.values()),
        user=user,
        prepare=prepare,
        ready_within_s=120,
        grace_s=60,
    )


def _broker_settings(definitions: Path) -> str:
    settings = {
        "listeners.tcp.local": f"127.0.0.1:{AMQP_PORT}",
        "loopback_users": "none",
        "load_definitions": str(definitions),
        "prometheus.tcp.ip": "127.0.0.1",
        "prometheus.tcp.port": str(_BROKER_METRICS_PORT),
        # The management agent comes with the Prometheus plugin; its own statistics are for a page that we do not serve.
        "management_agent.disable_metrics_collector": "true",
        "log.console.level": "warning",
    }
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _broker_environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "RABBITMQ_NODENAME": "qiandao@localhost",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_DIST_PORT": str(_ERLANG_PORT),
        "ERL_EPMD_PORT": str(_EPMD_PORT),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        # Schedulers that spin while idle would cost the other processes of a small machine a core.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none "
        "-kernel inet_dist_use_interface {127,0,0,1}",
        # Makes the script become the Erlang machine, so that the pid is the broker's own and gets our SIGTERM.
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def rabbitmqctl(*arguments: str) -> str:
    """Runs a command of the local broker's own tool, and returns what it printed; takes seconds.

    Raises:
        LaunchError: It failed.
    """
    home, user = LOCAL / "rabbitmq", _account("rabbitmq")
    environment = ["env", *(f"{name}={value}" for name, value in _broker_environment(home).items())]
    # The Debian wrapper of that name would read settings of the system's broker.
    done = _as_user([*environment, str(_RABBITMQ.with_name("rabbitmqctl")), "--quiet", *arguments], user)
    if done.returncode:
        raise LaunchError(f"rabbitmqctl {' '.join(arguments)} failed:\n{done.stdout}")
    return done.stdout


def _ask(port: int, request: bytes, expected: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(request)
            answer = b""
            while len(answer) < len(expected) and (more := connection.recv(1024)):
                answer += more
    except OSError:
        return False
    return answer.startswith(expected)


def _account(user: str) -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(user)
    except KeyError:
        return None
    return user if _as_user(["test", "-x", str(LOCAL)], user).returncode == 0 else None


def _as_user(command: list[str], user: str | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _own(folder: Path, user: str | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user and folder.owner() != user:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user, user)


def _give(path: Path, text: str, user: str | None) -> None:
    write(path, text, 0o400)
    if user:
        shutil.chown(path, user, user)


def _binary(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin:/sbin")
    if found is None:
        raise LaunchError(f"{name} is not installed; `make up` says what to install")
    return found


def _fingerprint(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()

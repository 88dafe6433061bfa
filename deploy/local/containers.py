"""What the two one-shot containers of `compose.yaml` do, with the code that `make up` uses.

`python -m deploy.local.containers files` writes secrets, certificates and the servers' accounts into volumes;
`... database`, once MySQL is there, makes schemas and users, migrates, and gives the rights on single tables.
"""

import os
import sys
from pathlib import Path

from deploy.fleet import PROCESSES, ROBOTS_TLS_PORT, SERVICES, Place
from deploy.local import accounts, servers
from deploy.local.credentials import Authority, Vault, write
from servicekit.mysql import migrate

VOLUMES = Path("/run/qiandao")
MYSQL_HOST, MYSQL_PORT = "mysql", 3306
PLACE = Place(
    listen="0.0.0.0",  # noqa: S104  the network of the containers is private
    mysql=f"{MYSQL_HOST}:{MYSQL_PORT}",
    redis="redis:6379",
    amqp="rabbitmq:5672",
    wechat="http://wechat:8090",
    traces="http://traces:4318",
    robots=f"robots:{ROBOTS_TLS_PORT}",
    # Docker's own.
    robot_networks="172.16.0.0/12,192.168.0.0/16,10.0.0.0/8",
    secrets=str(VOLUMES / "secrets"),
    tls=str(VOLUMES / "tls"),
    exports=str(VOLUMES / "exports"),
    targets={name: f"{name}:{PROCESSES[name].grpc_port}" for name in SERVICES},
)

_BROKER_SETTINGS = f"""\
listeners.tcp.default = 5672
loopback_users = none
load_definitions = {VOLUMES}/rabbitmq/definitions.json
"""


def write_files(volumes: Path = VOLUMES) -> None:
    """Fills the volumes; what is there stays as it is.

    Each server's image has a user of its own, so their files are readable by all, each in a volume of its own.
    """
    vault = Vault(volumes / "secrets")
    vault.fill(PLACE)
    Authority(volumes / "tls").issue()
    for path, text in {
        "mysql/admin.sql": accounts.sql_admin(vault.password),
        "redis/users.acl": accounts.redis_acl(vault.password),
        "rabbitmq/definitions.json": accounts.rabbitmq_definitions(vault.password),
        "rabbitmq/rabbitmq.conf": _BROKER_SETTINGS,
    }.items():
        write(volumes / path, text, 0o644)


def prepare_database() -> None:
    """Everything that has to be in MySQL before the processes start; repeatable."""
    vault = Vault(VOLUMES / "secrets")
    servers.execute(vault, accounts.sql_accounts(vault.password), MYSQL_HOST, MYSQL_PORT)
    for schema in SERVICES:
        name = f"{schema.upper()}_MIGRATION_DATABASE_URL"
        os.environ[name] = (vault.folder / name).read_text()
    migrate.main(["all"])
    servers.grant_tables(vault, MYSQL_HOST, MYSQL_PORT)


if __name__ == "__main__":
    {"files": write_files, "database": prepare_database}[sys.argv[1]]()

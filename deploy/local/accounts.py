"""Who may do what in MariaDB, Redis and RabbitMQ: one account per process, each with the least it needs.

Everything here is pure: tables of rights, and their rendering as SQL, as a Redis ACL file and as RabbitMQ definitions.
`admin` is the launcher's own account, for tests and load runs too; no process has it.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from deploy.fleet import SERVICES, VHOST

Password = Callable[[str], str]

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class SqlAccount:
    """A MySQL user: rights on a whole schema, and on single tables once the migrations have made them."""

    user: str
    schema: str
    rights: str
    table_rights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AmqpAccount:
    """A RabbitMQ user: regular expressions over queue and exchange names, then over routing keys per exchange."""

    user: str
    configure: str = ""
    write: str = ""
    read: str = ""
    topics: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_READ_WRITE = "SELECT, INSERT, UPDATE, DELETE"

# Nobody may delete attempts, decisions or ledger rows: DELETE is given on queue-like tables only.
SQL_ACCOUNTS = (
    SqlAccount("identity", "identity", _READ_WRITE),
    SqlAccount(
        "activity",
        "activity",
        "SELECT, INSERT, UPDATE",
        dict.fromkeys(
            (
                *("outbox", "idempotency_keys", "places"),
                *("roster_name_pairs", "roster_imports", "roster_import_rows"),
                *("participant_answers", "participant_details", "guest_name_pairs"),
            ),
            "DELETE",
        ),
    ),
    SqlAccount("checkin", "checkin", "SELECT", {"inbox": "INSERT"}),
    SqlAccount(
        "recorder",
        "checkin",
        "SELECT, INSERT, UPDATE",
        {"inbox": "DELETE", "open_attempts": "DELETE", "outbox": "DELETE", "recorded_batches": "DELETE"},
    ),
    SqlAccount("antifraud", "antifraud", _READ_WRITE),
    SqlAccount("reporting", "reporting", _READ_WRITE),
    SqlAccount("projector", "reporting", _READ_WRITE),
    SqlAccount(
        "exporter",
        "reporting",
        "SELECT",
        {
            **dict.fromkeys(("exports", "export_runs", "deliveries", "inbox"), "INSERT, UPDATE, DELETE"),
            **dict.fromkeys(("export_schedules", "webhooks"), "UPDATE"),
            # Whoever reads a tally that is out of date counts it anew.
            **dict.fromkeys(("export_queues", "occurrence_tallies", "group_counts"), _READ_WRITE),
        },
    ),
    *(SqlAccount(f"{schema}_migrator", schema, "ALL PRIVILEGES") for schema in SERVICES),
)

_EVERYDAY_COMMANDS = "+@all -@admin -@dangerous +info"
REDIS_RULES: dict[str, str] = {
    "gateway": "~gateway:* %R~reporting:live:* &identity:*",
    "identity": "~identity:* &identity:*",
    # `guess:` counts wrong codes, wherever they are typed.
    "activity": "~activity:* ~guess:* &activity:*",
    "checkin": "~checkin:* ~guess:* %R~activity:roster:* &activity:*",
    "recorder": "~checkin:*",
    "antifraud": "~antifraud:*",
    # `measured:` keeps phones from telling the same twice.
    "reporting": "%R~reporting:* ~measured:*",
    "projector": "~reporting:*",
    # It needs nothing of Redis.
    "exporter": "resetkeys",
}

_NOTHING = "^$"
_RECORDING = r"^(checkin|checkin\.(record|decide)\.v1(\.dlq)?)$"
_ARRIVING = r"^(attempted|decided)\.v1$"
_PROJECTED = r"^reporting\.(project|activity)\.v1$"
# Who consumes declares the queues, who owns an exchange declares it; others publish to it, or bind to it.
AMQP_ACCOUNTS = (
    AmqpAccount("gateway", write="^checkin$", topics={"checkin": (r"^attempted\.v1$", _NOTHING)}),
    AmqpAccount("checkin", write="^checkin$", topics={"checkin": (_ARRIVING, _NOTHING)}),
    AmqpAccount("recorder", _RECORDING, _RECORDING, _RECORDING, topics={"checkin": (r"^recorded\.v1$", _ARRIVING)}),
    AmqpAccount("activity", "^activity$", "^activity$", topics={"activity": (r"^changed\.v1$", _NOTHING)}),
    AmqpAccount(
        "projector",
        _PROJECTED,
        _PROJECTED,
        r"^(checkin|activity|reporting\.(project|activity)\.v1)$",
        topics={"checkin": (_NOTHING, r"^recorded\.v1$"), "activity": (_NOTHING, r"^changed\.v1$")},
    ),
)


def password_names() -> list[str]:
    """Every password there is, as `<server>-<user>`."""
    return [
        *(f"mysql-{user}" for user in (ADMIN, *(account.user for account in SQL_ACCOUNTS))),
        *(f"redis-{user}" for user in (ADMIN, *REDIS_RULES)),
        *(f"rabbitmq-{user}" for user in (ADMIN, *(account.user for account in AMQP_ACCOUNTS))),
    ]


def sql_admin(password: Password) -> str:
    """What MariaDB runs at each start so that the launcher can sign in; one statement per line."""
    return (
        f"CREATE USER IF NOT EXISTS '{ADMIN}'@'%' IDENTIFIED BY '{password(f'mysql-{ADMIN}')}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION;\n"
    )


def sql_accounts(password: Password) -> list[str]:
    """Statements that make every schema and user and set exactly its rights; repeatable."""
    collation = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    statements = [f"CREATE DATABASE IF NOT EXISTS {schema} {collation}" for schema in SERVICES]
    for account in SQL_ACCOUNTS:
        who = f"'{account.user}'@'%'"
        secret = password(f"mysql-{account.user}")
        statements += [
            f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY '{secret}'",
            f"ALTER USER {who} IDENTIFIED BY '{secret}'",
            f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {who}",
            f"GRANT {account.rights} ON {account.schema}.* TO {who}",
        ]
    return statements


def sql_table_grants() -> Iterator[tuple[str, str, str]]:
    """(schema, table, statement) for rights on single tables, which must exist by then."""
    for account in SQL_ACCOUNTS:
        for table, rights in account.table_rights.items():
            yield account.schema, table, f"GRANT {rights} ON {account.schema}.{table} TO '{account.user}'@'%'"


def redis_acl(password: Password) -> str:
    """The Redis ACL file: passwords only as digests, and no default user."""
    lines = ["user default off", _redis_user(ADMIN, "~* &* +@all", password)]
    lines += [_redis_user(user, f"{rules} {_EVERYDAY_COMMANDS}", password) for user, rules in REDIS_RULES.items()]
    return "\n".join(lines) + "\n"


def _redis_user(user: str, rules: str, password: Password) -> str:
    digest = hashlib.sha256(password(f"redis-{user}").encode()).hexdigest()
    return f"user {user} on #{digest} resetchannels {rules}"


def rabbitmq_definitions(password: Password) -> str:
    """What RabbitMQ imports as it boots; being there, it also keeps the `guest` user from being made."""
    admin = AmqpAccount(ADMIN, ".*", ".*", ".*")
    definitions = {
        "vhosts": [{"name": VHOST}],
        "users": [_amqp_user(account, password) for account in (admin, *AMQP_ACCOUNTS)],
        "permissions": [
            {
                "user": account.user,
                "vhost": VHOST,
                # An empty expression matches every name, so "nothing" has to be said.
                "configure": account.configure or _NOTHING,
                "write": account.write or _NOTHING,
                "read": account.read or _NOTHING,
            }
            for account in (admin, *AMQP_ACCOUNTS)
        ],
        "topic_permissions": [
            {"user": account.user, "vhost": VHOST, "exchange": exchange, "write": write, "read": read}
            for account in AMQP_ACCOUNTS
            for exchange, (write, read) in account.topics.items()
        ],
    }
    return json.dumps(definitions, indent=1) + "\n"


def _amqp_user(account: AmqpAccount, password: Password) -> dict[str, object]:
    secret = password(f"rabbitmq-{account.user}")
    return {
        "name": account.user,
        "password_hash": rabbitmq_hash(account.user, secret),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"] if account.user == ADMIN else [],
    }


def rabbitmq_hash(user: str, password: str) -> str:
    """base64(salt | SHA-256(salt | password)).

    The salt comes from the user's name, so that the definitions stay the same from start to start; the passwords are
    random and need no more.

    Source: RabbitMQ, "Credentials and Passwords", computing password hash.
    """
    salt = hashlib.sha256(user.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()

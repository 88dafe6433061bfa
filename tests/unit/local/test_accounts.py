"""Rights in MariaDB, Redis and RabbitMQ: least privilege, rendered right."""

import base64
import hashlib
import json
import re

from deploy.local import accounts


def password(name: str) -> str:
    """A password one can recognise."""
    return f"secret of {name}"


def test_nobody_may_delete_attempts_or_ledger_rows() -> None:
    """The checkin schema's users delete from queue-like tables only; the judging side writes nothing but the inbox."""
    rights = {account.user: account for account in accounts.SQL_ACCOUNTS}
    assert "DELETE" not in rights["recorder"].rights
    queues = dict.fromkeys(("inbox", "open_attempts", "outbox", "recorded_batches"), "DELETE")
    assert rights["recorder"].table_rights == queues
    assert (rights["checkin"].rights, rights["checkin"].table_rights) == ("SELECT", {"inbox": "INSERT"})


def test_no_process_may_change_a_schema() -> None:
    """DDL is the migrators' alone."""
    may_all = [account.user for account in accounts.SQL_ACCOUNTS if "ALL" in account.rights]
    assert all(user.endswith("_migrator") for user in may_all)


def test_sql_sets_exactly_the_rights_of_the_table() -> None:
    """A right that was taken out of the table is revoked on the next run."""
    statements = accounts.sql_accounts(password)
    revoke = statements.index("REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'checkin'@'%'")
    assert statements[revoke + 1] == "GRANT SELECT ON checkin.* TO 'checkin'@'%'"


def test_table_grants_name_schema_table_and_user() -> None:
    """They come after the migrations, so each says which table it waits for."""
    grants = list(accounts.sql_table_grants())
    assert ("checkin", "inbox", "GRANT INSERT ON checkin.inbox TO 'checkin'@'%'") in grants


def test_the_admin_statements_are_one_per_line() -> None:
    """MariaDB's init file knows no statement over several lines."""
    assert all(line.endswith(";") for line in accounts.sql_admin(password).splitlines())


def test_redis_file_holds_no_password() -> None:
    """Only digests, and the default user is off."""
    text = accounts.redis_acl(password)
    assert "secret of" not in text
    assert text.startswith("user default off\n")
    assert hashlib.sha256(b"secret of redis-checkin").hexdigest() in text


def test_redis_users_keep_to_their_own_keys() -> None:
    """No process may touch all keys or run commands that administer the server."""
    for user, rules in accounts.REDIS_RULES.items():
        assert "~*" not in rules.split(), user
    users = accounts.redis_acl(password).splitlines()[2:]
    assert all("-@admin -@dangerous" in line for line in users)


def test_rabbitmq_says_nothing_where_nothing_is_meant() -> None:
    """An empty expression would match every name."""
    permissions = json.loads(accounts.rabbitmq_definitions(password))["permissions"]
    assert all(entry[kind] for entry in permissions for kind in ("configure", "write", "read"))
    gateway = next(entry for entry in permissions if entry["user"] == "gateway")
    assert (gateway["configure"], gateway["read"]) == ("^$", "^$")


def test_only_the_recorder_publishes_recorded() -> None:
    """Topic permissions are anchored, and each key has its own writers."""
    topics = json.loads(accounts.rabbitmq_definitions(password))["topic_permissions"]

    def writers(key: str) -> set[str]:
        return {entry["user"] for entry in topics if re.match(entry["write"], key)}

    assert writers("recorded.v1") == {"recorder"}
    assert writers("attempted.v1") == {"gateway", "checkin"}
    assert writers("changed.v1") == {"activity"}


def test_rabbitmq_hash_is_salt_and_digest() -> None:
    """As RabbitMQ checks it: base64 of four bytes of salt and SHA-256 of salt and password."""
    raw = base64.b64decode(accounts.rabbitmq_hash("checkin", "pässword"))
    assert raw[4:] == hashlib.sha256(raw[:4] + "pässword".encode()).digest()


def test_every_account_has_a_password_name() -> None:
    """Nothing is rendered with a password that was never made."""
    asked: set[str] = set()

    def recording(name: str) -> str:
        asked.add(name)
        return "x"

    accounts.sql_admin(recording)
    accounts.sql_accounts(recording)
    accounts.redis_acl(recording)
    accounts.rabbitmq_definitions(recording)
    assert asked == set(accounts.password_names())


def test_checkin_reads_rosters_and_changes_none() -> None:
    """Who is on one is activity's to say."""
    rules = accounts.REDIS_RULES["checkin"].split()
    assert "%R~activity:roster:*" in rules
    assert not any(rule.startswith("~activity") for rule in rules)

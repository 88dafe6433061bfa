"""The chart's README: `python -m deploy.helm.readme` makes it from the lines of values.yaml that begin with `# --`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).with_name("qiandao")
README = CHART / "README.md"

_ENTRY = re.compile(r"^( *)([\w-]+):")

_HEAD = """# The chart of Qiandao

Every process from one image. MySQL 8, Redis 7 and RabbitMQ 3.13 or newer are yours: the chart takes their addresses from
Secrets that exist before it is installed.

```sh
helm install qiandao deploy/helm/qiandao -n qiandao -f my-values.yaml   # ci/minimal-values.yaml is the least
helm test qiandao -n qiandao                                            # a check-in that must reach MySQL
kubectl -n qiandao exec deploy/gateway -- qiandao doctor
```

## What has to be there before

| Secret | keys |
|---|---|
| `external.mysql.existingSecret` | `<PROCESS>_DATABASE_URL` (`mysql+aiomysql://user:password@host:port/schema?charset=utf8mb4`) of identity, activity, checkin, recorder, reporting, projector, exporter; `<SERVICE>_MIGRATION_DATABASE_URL` (`mysql+pymysql://...`) of identity, activity, checkin, reporting |
| `external.redis.existingSecret` | `<PROCESS>_REDIS_URL` (`redis://user:password@host:port/0`) of every process but antifraud and exporter |
| `external.rabbitmq.existingSecret` | `<PROCESS>_AMQP_URL` (`amqp://user:password@host:port/vhost`) of gateway, activity, checkin, recorder, projector |
| `secrets.existingSecret` | `QIANDAO_CREDENTIAL_SECRET`, `QIANDAO_NFC_SECRET`, `IDENTITY_PII_SECRET` and `ACTIVITY_PII_SECRET` (`1:<64 hex>`), `IDENTITY_SIGNING_KEYS` (two P-256 keys, PEM), `IDENTITY_WECHAT_APP_SECRET`; with `exports.store` also `QIANDAO_EXPORTS_SECRET` (`1:<64 hex>`), `QIANDAO_EXPORTS_ACCESS_KEY`, `QIANDAO_EXPORTS_SECRET_KEY` |

Each process has a user of its own with the least it needs: `deploy/local/accounts.py` is the list, for MySQL, Redis and
RabbitMQ. Rights on single tables are given once the migrations have made them, before the pods get ready: a process that
lacks one ends, and begins anew. So install without `--wait`, give them, and wait then (`kubectl rollout status`).

In RabbitMQ (`rabbitmqctl set_permissions`, `set_topic_permissions`; nothing is `^$`), who consumes a queue declares it, and
nobody else may read, purge or delete it. `QUEUES` is `checkin\\.(record|decide)\\.v1(\\.dlq)?`, `READ` is
`reporting\\.(project|activity)\\.v1`:

| user | configure | write | read | topics: exchange, write, read |
|---|---|---|---|---|
| gateway | `^$` | `^checkin$` | `^$` | checkin `^attempted\\.v1$` `^$` |
| checkin | `^$` | `^checkin$` | `^$` | checkin `^(attempted\\|decided)\\.v1$` `^$` |
| recorder | `^(checkin\\|QUEUES)$` | the same | the same | checkin `^recorded\\.v1$` `^(attempted\\|decided)\\.v1$` |
| activity | `^activity$` | `^activity$` | `^$` | activity `^changed\\.v1$` `^$` |
| projector | `^READ$` | `^READ$` | `^(checkin\\|activity\\|READ)$` | checkin `^$` `^recorded\\.v1$`, activity `^$` `^changed\\.v1$` |

A release before this one let checkin and the projector declare more: narrow their rights once no pod of it is left.

## Values

| value | default | what it is |
|---|---|---|
"""


def text() -> str:
    """The whole file."""
    return _HEAD + "".join(_rows((CHART / "values.yaml").read_text(encoding="utf-8")))


def _rows(values: str) -> Iterator[str]:
    defaults = yaml.safe_load(values)
    path: list[str] = []
    said: list[str] = []
    for line in values.splitlines():
        stripped = line.strip()
        if stripped.startswith("# -- "):
            said = [stripped.removeprefix("# -- ")]
        elif stripped.startswith("# ") and said:
            said.append(stripped.removeprefix("# "))
        elif entry := _ENTRY.match(line):
            path = [*path[: len(entry[1]) // 2], entry[2]]
            if said:
                yield f"| `{'.'.join(path)}` | {_shown(_at(defaults, path))} | {' '.join(said).replace('|', chr(92) + '|')} |\n"
            said = []
        else:
            said = []


def _at(values: Any, path: list[str]) -> Any:
    for name in path:
        values = values[name]
    return values


def _shown(value: Any) -> str:
    """A default as a cell; what is long is left to the file."""
    if value in ("", None):
        return "empty"
    shown = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return f"`{shown}`" if len(shown) <= 60 else "see values.yaml"


if __name__ == "__main__":
    README.write_text(text(), encoding="utf-8")

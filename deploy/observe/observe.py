"""`make observe`: a private Prometheus of Debian's that scrapes the running stack with our rules.

`python -m deploy.observe.observe up | down | audit | picture`. `audit` asks it everything that panels and rules ask and
says what came back empty; `picture` draws the funnel and the rush view from what it holds.
"""

import argparse
import json
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from deploy.fleet import LOCAL
from deploy.local import launch, up
from deploy.local.credentials import write
from deploy.local.launch import LaunchError, Program, answers_http
from deploy.local.stack import OBSERVE, STACK
from deploy.observe import rules
from deploy.observe.dashboards.boards import DASHBOARDS

PORT = 19090
URL = f"http://127.0.0.1:{PORT}"

_BROKER_METRICS_PORT = 15675
_HOME = LOCAL / "prometheus"

# What may be empty on a healthy local stack, by a word in the expression, and why.
EMPTY_BECAUSE = {
    "mysql_": "no MySQL exporter runs here",
    "redis_": "no Redis exporter runs here",
    "kube_": "there is no Kubernetes here",
    "keda_": "there is no KEDA here",
    "client_events_total": "no phone has told anything",
    "amqp_dead_letters_total": "nothing was dead-lettered",
    "breaker_transitions_total": "no breaker opened",
    "gateway_fallback_total": "checkin was never gone",
    "operator_switch": "no switch was ever on",
    "absent(": "everything is there",
    'reason!=""': "nobody was refused",
    'result!="ok"': "no sign-in failed",
    'code="401"': "nobody was refused for a token",
    'code="202"': "no answer was provisional",
    'code=~"5..': "nothing failed",
    "credentials|": "WeChat refused nothing",
    "unavailable|": "WeChat was there",
    "QR_": "no QR was refused",
    "INTERNAL|": "no call failed",
}


def scrape_configuration() -> dict[str, Any]:
    """What Prometheus scrapes: every process of the running stack, and RabbitMQ.

    Raises:
        LaunchError: Nothing runs.
    """
    if not STACK.exists():
        raise LaunchError("nothing runs here to look at; make up starts it")
    programs = json.loads(STACK.read_text())["programs"]
    jobs: dict[str, list[str]] = {}
    for program in programs:
        if "ops" in program["ports"]:
            jobs.setdefault(program["process"], []).append(f"127.0.0.1:{program['ports']['ops']}")
    broker = {"static_configs": [{"targets": [f"127.0.0.1:{_BROKER_METRICS_PORT}"]}]}
    detailed = {"metrics_path": "/metrics/detailed", "params": {"family": ["queue_coarse_metrics"]}}
    return {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": sorted(str(path) for path in rules.FOLDER.glob("*.yaml")),
        "scrape_configs": [
            *({"job_name": job, "static_configs": [{"targets": targets}]} for job, targets in jobs.items()),
            {"job_name": "rabbitmq", **broker},
            {"job_name": "rabbitmq-queues", **detailed, **broker},
        ],
    }


def start() -> str:
    """Starts it, or starts it anew when the stack or the rules have changed."""
    configuration = yaml.safe_dump(scrape_configuration(), sort_keys=False)
    texts = "".join(path.read_text() for path in sorted(rules.FOLDER.glob("*.yaml")))
    _HOME.mkdir(parents=True, exist_ok=True)
    write(_HOME / "prometheus.yml", configuration)
    return launch.ensure(
        Program(
            f"{OBSERVE}prometheus",
            (
                "prometheus",
                f"--config.file={_HOME}/prometheus.yml",
                f"--storage.tsdb.path={_HOME}/data",
                "--storage.tsdb.retention.time=2d",
                f"--web.listen-address=127.0.0.1:{PORT}",
            ),
            {"http": PORT},
            partial(answers_http, PORT, "/-/ready"),
            fingerprint=configuration + texts,
            grace_s=20,
        )
    )


def ask(expr: str) -> list[Any]:
    """What an expression is now.

    Raises:
        OSError: Prometheus does not answer, or refuses the expression.
    """
    query = urllib.parse.urlencode({"query": expr})
    with urllib.request.urlopen(f"{URL}/api/v1/query?{query}", timeout=30) as page:  # noqa: S310  our own address
        found: list[Any] = json.load(page)["data"]["result"]
        return found


def everything_asked() -> Iterator[tuple[str, str]]:
    """(where, expression) of every panel, rule and alert; an alert's without its limit is not asked."""
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard.panels():
            for legend, expr in panel.exprs.items():
                expr = expr.replace("$__rate_interval", "5m").replace("$__range", "1h").replace("[15s]", "[5m]")
                yield f"dashboard {name}: {panel.title} / {legend}", expr
    for document in rules.documents().values():
        for group in document["groups"]:
            yield from (
                (f"rule {rule.get('record', rule.get('alert'))}", str(rule["expr"]))
                for rule in group["rules"]
                if "record" in rule
            )


def audit() -> int:
    """Prints how many expressions returned data; answers 1 where one is empty without a known reason."""
    empty: dict[str, list[str]] = {}
    asked = unexplained = 0
    for where, expr in everything_asked():
        asked += 1
        if not ask(expr):
            reason = next((why for word, why in EMPTY_BECAUSE.items() if word in expr), "")
            unexplained += not reason
            empty.setdefault(reason or "UNEXPLAINED", []).append(where)
    print(f"{asked} expressions, {asked - sum(map(len, empty.values()))} returned data")
    for reason, places in sorted(empty.items()):
        print(f"\n{reason}:", *places, sep="\n  ")
    return 1 if unexplained else 0


def main() -> int:
    """Obeys the command line; a failure is told in words."""
    parser = argparse.ArgumentParser(prog="python -m deploy.observe.observe", description=__doc__)
    parser.add_argument("command", nargs="?", default="up", choices=("up", "down", "audit", "picture"))
    parser.add_argument("--minutes", type=float, default=5, help="with picture: how far back")
    parser.add_argument("--output", type=Path, default=LOCAL / "rush.png", help="with picture: the PNG")
    options = parser.parse_args()
    try:
        if options.command == "down":
            print(launch.stop(f"{OBSERVE}prometheus", 20))
            return 0
        if not up.has_program("prometheus"):
            up.install_packages(["prometheus"])
        print(f"  prometheus     {start():<20} {URL}")
        if options.command == "audit":
            return audit()
        if options.command == "picture":
            from deploy.observe.picture import draw

            draw(URL, options.minutes * 60, options.output)
            print(f"  {options.output}")
        return 0
    except (LaunchError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

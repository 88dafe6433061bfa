"""Recording rules and alerts as Prometheus reads them: `python -m deploy.observe.rules` writes them into the chart.

Objectives come from `slo.yaml`: the ratio of bad events over each window is recorded, and burning the budget too fast
over a long and a short window alerts, where both saw enough events to mean anything.

Source: The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.observe.alerts import ALERTS, Alert

FOLDER = Path(__file__).parents[1] / "helm" / "qiandao" / "files" / "rules"

Rule = dict[str, Any]
Document = dict[str, list[dict[str, Any]]]

_SLO = Path(__file__).with_name("slo.yaml")
_HEAD = "# Made by `python -m deploy.observe.rules`; change deploy/observe/slo.yaml or alerts.py instead.\n"


def objectives() -> dict[str, Any]:
    """What `slo.yaml` says."""
    found: dict[str, Any] = yaml.safe_load(_SLO.read_text(encoding="utf-8"))
    return found


def documents() -> dict[str, Document]:
    """Every file by its name."""
    said = objectives()
    groups = [
        {"name": f"slo-{objective['name']}", "rules": [*_recorded(objective, said), *_burning(objective, said)]}
        for objective in said["objectives"]
    ]
    alerts = {"name": "alerts", "rules": [_rule(alert) for alert in ALERTS]}
    return {"slo.yaml": {"groups": groups}, "alerts.yaml": {"groups": [alerts]}}


def texts() -> dict[str, str]:
    """Every file as it is written."""
    return {
        name: _HEAD + yaml.safe_dump(document, sort_keys=False, width=1000, allow_unicode=True)
        for name, document in documents().items()
    }


def _recorded(objective: Rule, said: Rule) -> Iterator[Rule]:
    for window in said["windows"]:
        for kind in ("bad", "total"):
            expr = objective[kind].strip().replace("$window", window)
            yield {"record": f"slo:{kind}:{window}", "expr": expr, "labels": {"slo": objective["name"]}}
    yield {"record": "slo:budget", "expr": f"vector({_budget(objective)})", "labels": {"slo": objective["name"]}}


def _burning(objective: Rule, said: Rule) -> Iterator[Rule]:
    for burn in said["burns"]:
        above = f"{round(burn['factor'] * _budget(objective), 6):g}"
        expr = " and ".join(_ratio(objective, burn[window], above) for window in ("long", "short"))
        yield {
            "alert": objective["alert"],
            "expr": expr,
            "labels": {"severity": burn["severity"], "slo": objective["name"], "window": burn["long"]},
            "annotations": {
                "summary": f"{objective['title']}: {{{{ $value | humanizePercentage }}}} are not, in {burn['long']};"
                f" the budget of 30 days burns {burn['factor']:g} times too fast",
                "runbook_url": f"runbooks/{objective['alert']}.md",
            },
        }


def _ratio(objective: Rule, window: str, above: str) -> str:
    name = objective["name"]
    bad, total = (f'slo:{kind}:{window}{{slo="{name}"}}' for kind in ("bad", "total"))
    return f"{bad} / {total} > {above} and {total} >= {objective['least']}"


def _budget(objective: Rule) -> float:
    return round(1 - float(objective["target"]) / 100, 6)


def _rule(alert: Alert) -> Rule:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": {"severity": alert.severity},
        "annotations": {"summary": alert.summary, "runbook_url": f"runbooks/{alert.name}.md"},
    }


def alert_names() -> list[str]:
    """Every alert once."""
    rules = (rule for document in documents().values() for group in document["groups"] for rule in group["rules"])
    return list(dict.fromkeys(rule["alert"] for rule in rules if "alert" in rule))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")

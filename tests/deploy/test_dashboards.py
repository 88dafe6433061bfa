"""Dashboards: what is committed is what is generated, every expression is PromQL, and every name exists."""

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.observe.dashboards.boards import DASHBOARDS, FOLDER, texts
from tests.deploy.metrics_registry import unknown_in

_COUNTERS = re.compile(r"(?<!by \()\b(\w+_total|\w+_count|\w+_sum|\w+_bucket)\b(?!\{[^}]*\}\[|\[)")


def models() -> dict[str, Any]:
    """Every dashboard as Grafana reads it."""
    return {name: json.loads(text) for name, text in texts().items()}


def graphs(model: Any) -> list[Any]:
    """The panels that show something."""
    return [panel for panel in model["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    """Everything that is asked, with what Grafana puts in."""
    found = [expr for dashboard in DASHBOARDS.values() for panel in dashboard.panels() for expr in panel.exprs.values()]
    return [expr.replace("$__rate_interval", "1m").replace("$__range", "1h") for expr in found]


def test_what_is_committed_is_what_is_generated() -> None:
    """Nobody edits a generated file: `make chart` makes them."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == texts()


def test_every_name_exists() -> None:
    """A panel that asks for what nobody has stays empty for ever."""
    wrong = {expr: unknown_in(expr) for expr in expressions()}
    assert {expr: unknown for expr, unknown in wrong.items() if unknown} == {}


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not here; apt-get install prometheus brings it"
)
def test_every_expression_is_promql(tmp_path: Path) -> None:
    """Each as a recording rule that promtool reads."""
    asked = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())]
    path = tmp_path / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": asked}]}))
    done = subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_panel_says_what_is_good_and_what_to_do() -> None:
    """A unit, what is good in the title, and a sentence for when it is not."""
    for name, model in models().items():
        for panel in graphs(model):
            assert "(good: " in panel["title"], (name, panel["title"])
            assert len(panel["description"]) > 15, (name, panel["title"])
            assert panel["description"].endswith("."), (name, panel["title"])
            assert panel["fieldConfig"]["defaults"]["unit"], (name, panel["title"])
            assert panel["targets"], (name, panel["title"])
            assert panel["datasource"]["uid"] == "${datasource}"


def test_counters_are_asked_for_their_rate() -> None:
    """The value of a counter says nothing."""
    for expr in expressions():
        if "slo:" not in expr:
            assert _COUNTERS.findall(expr) == [], expr


def test_no_panel_lies_on_another() -> None:
    """Ids and places are each panel's own."""
    for name, model in models().items():
        ids = [panel["id"] for panel in model["panels"]]
        assert len(ids) == len(set(ids)), name
        for one, other in combinations((panel["gridPos"] for panel in model["panels"]), 2):
            apart = (
                one["x"] + one["w"] <= other["x"]
                or other["x"] + other["w"] <= one["x"]
                or one["y"] + one["h"] <= other["y"]
                or other["y"] + other["h"] <= one["y"]
            )
            assert apart, (name, one, other)
        assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in model["panels"]), name


def test_links_to_dashboards_stay() -> None:
    """Their uids are fixed and nobody else's, and nobody edits them in Grafana."""
    uids = [model["uid"] for model in models().values()]
    assert len(uids) == len(set(uids)) == 8
    assert all(uid.startswith("qiandao-") for uid in uids)
    assert not any(model["editable"] for model in models().values())

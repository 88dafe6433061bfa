"""A thin builder of Grafana's JSON: rows of panels, placed by width, each with what is good and what to do.

Source: Grafana 11, "JSON model"; the rules of grafana/dashboard-linter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH = 24
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        title: What it shows, and in brackets what is good.
        todo: What to do when it is not.
        exprs: PromQL by its legend.
        unit: Grafana's unit: s, ops, percentunit, short, bytes ...
        limit: A red line, where there is one.
        kind: timeseries, stat or bargauge.
        stacked: Lines on top of one another.
    """

    title: str
    todo: str
    exprs: dict[str, str]
    unit: str
    limit: float | None = None
    width: int = 8
    kind: str = "timeseries"
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard: rows of panels, each with a heading.

    Attributes:
        uid: Fixed, so that links stay.
        since: What is shown at first: now-6h, now-15m ...
    """

    uid: str
    title: str
    about: str
    rows: Sequence[tuple[str, Sequence[Panel]]]
    since: str = "now-3h"
    refresh: str = "30s"

    def to_json(self) -> str:
        """The file that Grafana reads."""
        model = {
            "uid": self.uid,
            "title": self.title,
            "description": self.about,
            "tags": ["qiandao"],
            "schemaVersion": 39,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "time": {"from": self.since, "to": "now"},
            "refresh": self.refresh,
            "timezone": "browser",
            "templating": {"list": [_datasource()]},
            "annotations": {"list": []},
            "links": [_others()],
            "panels": list(self._panels()),
        }
        return json.dumps(model, indent=1, ensure_ascii=False) + "\n"

    def panels(self) -> list[Panel]:
        """All panels, in order."""
        return [panel for _, panels in self.rows for panel in panels]

    def _panels(self) -> list[dict[str, Any]]:
        placed: list[dict[str, Any]] = []
        top = 0
        for heading, panels in self.rows:
            where = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
            placed.append({"id": len(placed) + 1, "type": "row", "title": heading, "gridPos": where, "panels": []})
            top, left, tall = top + 1, 0, 0
            for panel in panels:
                high = 4 if panel.kind == "stat" else 8
                if left + panel.width > _WIDTH:
                    top, left, tall = top + tall, 0, 0
                where = {"x": left, "y": top, "w": panel.width, "h": high}
                placed.append({"id": len(placed) + 1, "gridPos": where, **_model(panel)})
                left, tall = left + panel.width, max(tall, high)
            top += tall
        return placed


def _model(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    custom: dict[str, Any] = {"lineWidth": 2, "fillOpacity": 10, "showPoints": "never", "spanNulls": False}
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
        custom["thresholdsStyle"] = {"mode": "line"}
    if panel.stacked:
        custom |= {"stacking": {"mode": "normal"}, "fillOpacity": 60}
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        defaults["custom"] = custom
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.todo,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _OPTIONS[panel.kind],
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": _SOURCE,
                "expr": expr,
                "legendFormat": legend,
                "instant": panel.kind != "timeseries",
            }
            for number, (legend, expr) in enumerate(panel.exprs.items())
        ],
    }


_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"},
    "bargauge": {"reduceOptions": {"calcs": ["lastNotNull"]}, "orientation": "horizontal", "displayMode": "basic"},
}


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "hide": 0}


def _others() -> dict[str, Any]:
    return {"type": "dashboards", "title": "Qiandao", "tags": ["qiandao"], "asDropdown": True, "keepTime": True}


def share(part: str, whole: str) -> str:
    """A share that is 0 where the part never happened, and nothing where the whole did not."""
    return f"(sum({part}) or vector(0)) / sum({whole})"


def quantile(q: float, name: str, by: str = "", selector: str = "", window: str = "$__rate_interval") -> str:
    """A quantile of a histogram."""
    groups = f"{by}, le" if by else "le"
    return f"histogram_quantile({q}, sum by ({groups}) (rate({name}_bucket{selector}[{window}])))"

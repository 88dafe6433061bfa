"""The funnel and the rush view as one picture, from live data and with the expressions of the dashboards themselves."""

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import matplotlib as mpl

from deploy.observe.dashboards.panels import Panel
from deploy.observe.dashboards.product import FUNNEL, RUSH_RATE, RUSH_TIME

mpl.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  the backend comes first

_INK, _FAINT = "#1f2733", "#9aa5b1"
_COLOURS = ("#1f6feb", "#12a594", "#e5a000", "#d9485f", "#7a5af5")


def draw(url: str, since_s: float, output: Path) -> None:
    """Asks Prometheus and writes a PNG.

    Raises:
        OSError: Prometheus does not answer.
    """
    figure, axes = plt.subplots(3, 1, figsize=(11, 12), sharex=True, layout="constrained")
    for axis, panel in zip(axes, (FUNNEL, RUSH_RATE, RUSH_TIME), strict=True):
        _panel(axis, panel, url, since_s)
    axes[-1].set_xlabel("seconds before now", color=_INK)
    figure.savefig(output, dpi=110, facecolor="white")
    plt.close(figure)


def _panel(axis: Any, panel: Panel, url: str, since_s: float) -> None:
    for number, (label, points) in enumerate(_series(panel, url, since_s)):
        axis.plot(*points, label=label, color=_COLOURS[number % len(_COLOURS)], linewidth=2)
    if panel.limit is not None:
        axis.axhline(panel.limit, color="#d9485f", linestyle="--", linewidth=1)
    axis.set_title(panel.title, loc="left", color=_INK, fontsize=13, fontweight="bold", pad=24)
    axis.text(0, 1.03, panel.todo, transform=axis.transAxes, color=_FAINT, fontsize=9)
    axis.set_ylabel({"ops": "per second", "s": "seconds"}[panel.unit], color=_INK)
    axis.set_ylim(bottom=0)
    axis.grid(axis="y", color="#e6eaee")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="upper left", ncols=5, fontsize=9)


def _series(panel: Panel, url: str, since_s: float) -> list[tuple[str, tuple[list[float], list[float]]]]:
    found = []
    now = time.time()
    for legend, expr in panel.exprs.items():
        asked = expr.replace("$__rate_interval", "20s")
        query = urllib.parse.urlencode({"query": asked, "start": now - since_s, "end": now, "step": 1})
        with urllib.request.urlopen(f"{url}/api/v1/query_range?{query}", timeout=30) as page:  # noqa: S310  our own
            for series in json.load(page)["data"]["result"]:
                label = legend
                for name, value in series["metric"].items():
                    label = label.replace(f"{{{{{name}}}}}", value)
                values = [(at - now, float(value)) for at, value in series["values"] if value != "NaN"]
                found.append((label, ([at for at, _ in values], [value for _, value in values])))
    return found

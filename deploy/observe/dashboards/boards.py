"""All dashboards by the name of their file."""

from pathlib import Path

from deploy.observe.dashboards import platform, product
from deploy.observe.dashboards.panels import Dashboard

FOLDER = Path(__file__).parents[2] / "helm" / "qiandao" / "files" / "dashboards"

DASHBOARDS: dict[str, Dashboard] = {
    "overview": product.OVERVIEW,
    "journey": product.JOURNEY,
    "rush": product.RUSH,
    "slo": product.SLO,
    "degradation": product.DEGRADATION,
    "rabbitmq": platform.RABBITMQ,
    "stores": platform.STORES,
    "scaling": platform.SCALING,
}


def texts() -> dict[str, str]:
    """Every file as it is written."""
    return {f"{name}.json": dashboard.to_json() for name, dashboard in DASHBOARDS.items()}

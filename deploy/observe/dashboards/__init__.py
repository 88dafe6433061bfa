"""Grafana dashboards as code: `python -m deploy.observe.dashboards` writes them into the chart."""

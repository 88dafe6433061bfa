"""What SREs look at: objectives, alerts, dashboards, and a local Prometheus."""

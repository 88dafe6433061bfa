"""What operators look at: rules, dashboards, and the rehearsal of scaling."""

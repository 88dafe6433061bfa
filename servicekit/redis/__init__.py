"""Redis: connections, scripts, cached reads."""

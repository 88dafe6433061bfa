"""People, their sessions, organisations and roles."""

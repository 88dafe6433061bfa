"""Tickets: a browser shows one, a phone answers it, and the browser has a session, or a place."""

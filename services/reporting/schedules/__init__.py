"""Schedules: exports that ask for themselves, each time once, whoever dies on the way."""

"""Schemas of everything that crosses a process; the stubs beside them are generated."""

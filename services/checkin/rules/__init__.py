"""The rules of a check-in, pure: what an occurrence asks of an attempt, and the merge law (LAW.md)."""

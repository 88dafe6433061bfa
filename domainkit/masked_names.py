"""Names of which only the ends are told, to whoever need not know more than whether it may be them."""


def masked(name: str) -> str:
    """The first and the last character of a name; of two the first."""
    return name[:1] + "*" + (name[-1] if len(name) > 2 else "")

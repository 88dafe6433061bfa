"""The OpenAPI document, for whoever makes something of it: `python -m deploy.openapi` prints it."""

import sys

import msgspec

from gateway.app import OPERATIONS
from gateway.openapi import document


def main() -> None:
    """Prints the document as one line of JSON."""
    sys.stdout.buffer.write(msgspec.json.encode(document(OPERATIONS)) + b"\n")


if __name__ == "__main__":
    main()

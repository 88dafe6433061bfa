"""What the command lines of load programs share."""

import argparse
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.load.http_load import run


def command(main: Callable[[argparse.Namespace], Coroutine[Any, Any, int]], parser: argparse.ArgumentParser) -> None:
    """Runs a load program with its arguments, and ends with the exit code it gives."""
    parser.add_argument("--json", default="", help="file to write the figures to")
    sys.exit(run(main(parser.parse_args())))


def up_to(maximum: int) -> Callable[[str], int]:
    """The type of an argument that counts from 1 to a maximum."""

    def count(text: str) -> int:
        number = int(text)
        if not 1 <= number <= maximum:
            raise argparse.ArgumentTypeError(f"must be 1 to {maximum}")
        return number

    return count

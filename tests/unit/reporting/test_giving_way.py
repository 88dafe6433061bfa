"""The exporter leaves the processor to check-ins, also where Linux weighs sessions."""

import os
import subprocess
import sys
from pathlib import Path

from services.reporting.exporter import give_way

_OWN = Path("/proc/self/autogroup")


def test_it_gives_way_as_a_process_and_as_a_session() -> None:
    """In a session of its own, as processes of the stack and containers are."""
    told = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import tell; tell()"],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == (["19", "10"] if _OWN.exists() else ["19"])


def tell() -> None:
    """How nice a process is, and its session where that counts."""
    give_way()
    print(os.nice(0), _OWN.read_text().split()[-1] if _OWN.exists() else "")

"""Processes of their own: bounded, and the first to go when the machine runs short."""

import subprocess
import sys

_CONFINED = """
import os, resource
from pathlib import Path
from servicekit import apart
apart.confine(2**30)
print(resource.getrlimit(resource.RLIMIT_AS)[0], os.nice(0), int(Path("/proc/self/oom_score_adj").read_text()))
"""


def test_a_confined_process_gives_way() -> None:
    """In memory, on the processor, and when the kernel has to end somebody."""
    done = subprocess.run([sys.executable, "-c", _CONFINED], capture_output=True, text=True, check=True)
    memory, niceness, score = map(int, done.stdout.split())
    assert (memory, score) == (2**30, 1000) and niceness >= 10

"""`qiandao dead-letters` and `qiandao rebuild`: commands of single services, run with what their process may do."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from deploy.fleet import PROCESSES, ROOT
from deploy.operate.surroundings import OutOfReachError, Surroundings


def run(seen: Surroundings, process: str, module: str, arguments: Sequence[str]) -> int:
    """Runs a module in the environment of a process; returns its exit code.

    Raises:
        OutOfReachError: That environment is not known here.
    """
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments], cwd=ROOT, env=environment(seen, process), check=False
    ).returncode


def environment(seen: Surroundings, process: str) -> dict[str, str]:
    """What the process finds in its environment, and of ours only what Python needs.

    Raises:
        OutOfReachError: It is not known here.
    """
    known: Mapping[str, str] = seen.environments.get(process, {})
    if not known:
        prefix = PROCESSES[process].prefix
        raise OutOfReachError(f"there is no {prefix}DATABASE_URL here; {seen.elsewhere(process)}")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **known}

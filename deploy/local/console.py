"""The build of the web console, made anew when something changed that it is made of: `python -m deploy.local.console`.

The API never needs it: without npm or a network, `make up` says that there is no console, and the rest starts.
"""

import os
import subprocess
import sys
import time

from deploy.fleet import ROOT
from deploy.local import launch
from deploy.local.launch import LaunchError
from deploy.local.steps import report

CONSOLE = ROOT / "console"
DIST = CONSOLE / "dist"
# What npm writes last.
_INSTALLED = CONSOLE / "node_modules" / ".package-lock.json"

_MADE_OF = (
    "build",
    "public",
    "src",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)
_EVERYTHING = ("*.*",)
_STAMP = "made_of.sha256"
# Not `npm ci`: it refuses a lock without the binaries of other platforms, which not every mirror has.
_INSTALL = ("npm", "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund")
_BUILD = ("npm", "run", "--silent", "build")


def ensure() -> str:
    """Builds the console unless it is up to date, and says how that went; it never raises.

    Its last words, and all of npm's, are in the log.
    """
    if _is_built():
        return "up to date"
    try:
        build()
    except LaunchError as error:
        return str(error)
    return "built"


def build() -> str:
    """Builds the console; returns the table of what it weighs.

    Raises:
        LaunchError: Node, npm or the build refused.
    """
    made_of = _digest()
    if not _has_modules():
        _run(_INSTALL)
        _INSTALLED.touch()
    table = _run(_BUILD)
    (DIST / _STAMP).write_text(made_of)
    return table


def _is_built() -> bool:
    stamp = DIST / _STAMP
    return stamp.exists() and stamp.read_text() == _digest()


def _has_modules() -> bool:
    """As `make` sees it, which may have installed them."""
    return _INSTALLED.exists() and _INSTALLED.stat().st_mtime >= (CONSOLE / "package-lock.json").stat().st_mtime


def _digest() -> str:
    return launch.digest_of((f"console/{name}" for name in _MADE_OF), _EVERYTHING)


def _run(command: tuple[str, ...]) -> str:
    log = launch.LOGS / "console.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=CONSOLE, env=environment, capture_output=True, text=True, check=False)
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")
    if done.returncode:
        raise LaunchError(f"not built, see {log.relative_to(ROOT)}")
    return done.stdout


def main() -> int:
    """Builds it in any case, and tells what it weighs."""
    began = time.monotonic()
    try:
        print(build())
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    report("console", "built", time.monotonic() - began)
    return 0


if __name__ == "__main__":
    sys.exit(main())

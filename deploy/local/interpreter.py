"""Which Python the virtual environment is made with: the fastest on this machine that the locked wheels are for.

How a Python was built costs a fifth of every process, and no build says so reliably: Debian's names no flag of its
profile-guided optimisation, another names it and is slower. So each runs the same second of work.

`up.py` asks, on a bare Python: nothing here imports more than the standard library.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median

# What `make lock` resolves for: the wheels of another minor version are not in the lock.
LOCKED = (3, 11)

_DEBIAN = Path("/usr/bin")
_PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
_MEMORY = "interpreter.json"
_ROUNDS = 9
_ASK_S, _WORK_S = 10, 30

_ASK = """
import json, os, sys
try:
    import ctypes, ensurepip, ssl, venv, zlib
    can_make_venv = True
except ImportError:
    can_make_venv = False
path = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
print(json.dumps([path, list(sys.version_info[:3]), sys.implementation.name, can_make_venv]))
"""

# A little of everything a check-in is made of: objects, calls, coroutines, dicts, text, bytes and sorting.
_WORK = """
import struct, time

class Attempt:
    __slots__ = ("key", "number")

    def __init__(self, key, number):
        self.key, self.number = key, number

    def text(self):
        return f"{self.key}:{self.number}"

def fresh(attempts):
    for attempt in attempts:
        if attempt.number % 3:
            yield attempt

async def answer(attempt, known):
    try:
        return known[attempt.key]
    except KeyError:
        known[attempt.key] = attempt.text()

def finish(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value

def work():
    pack = struct.Struct(">16sQ").pack
    attempts = [Attempt(b"%016d" % number, number) for number in range(2000)]
    for _ in range(6):
        known = {}
        for attempt in fresh(attempts):
            finish(answer(attempt, known))
            finish(answer(attempt, known))
        b"".join([pack(attempt.key, attempt.number) for attempt in attempts])
        sorted(attempts, key=lambda attempt: (-attempt.number, attempt.key))
        {text.partition(":")[2]: len(text) for text in known.values()}

def took_s():
    began = time.process_time()
    work()
    return time.process_time() - began

print(min(took_s() for _ in range(6)))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that is installed here.

    Attributes:
        path: The program itself, behind all links and shims.
        can_make_venv: Debian's cannot until its package for that is installed.
    """

    path: str
    version: tuple[int, int, int]
    can_make_venv: bool

    @property
    def venv_package(self) -> str:
        """Debian's package that lets it make a virtual environment."""
        return f"python{self.version[0]}.{self.version[1]}-venv"

    def __str__(self) -> str:
        return f"Python {'.'.join(map(str, self.version))} ({self.path})"


@dataclass(frozen=True)
class Choice:
    """An interpreter, and why just this one."""

    python: Interpreter
    why: str

    def __str__(self) -> str:
        return f"{self.python}: {self.why}"

    def remember(self, venv: Path) -> None:
        """Writes it into the virtual environment that was made with it."""
        (venv / _MEMORY).write_text(json.dumps(asdict(self)))


def recall(venv: Path) -> Choice | None:
    """What the virtual environment was made with; None when that was before anybody chose."""
    try:
        kept = json.loads((venv / _MEMORY).read_text())
    except FileNotFoundError:
        return None
    python = kept["python"]
    return Choice(Interpreter(python["path"], tuple(python["version"]), python["can_make_venv"]), kept["why"])


def told(venv: Path) -> str:
    """In words, which Python a virtual environment runs, and why just this one."""
    return str(recall(venv) or f"{_ask(venv / 'bin' / 'python')}: chosen by nobody, .venv is older than the choice")


def this_one() -> Interpreter:
    """The Python that runs this, behind its virtual environment if it is in one.

    Raises:
        SystemExit: It does not even run a line of its own.
    """
    found = _ask(Path(sys.executable))
    if found is None:
        sys.exit(f"{sys.executable} does not run; try make up PYTHON=python3.11")
    return found


def choose(*, may_install: bool) -> Choice:
    """The fastest Python of the locked version; this one where there is none.

    Args:
        may_install: Whether Debian packages can be installed, so that Debian's own Python counts in any case.
    """
    own = this_one()
    usable = [python for python in _find(own) if python.can_make_venv or (may_install and _is_debians(python))]
    if not usable:
        return Choice(own, f"no Python {LOCKED[0]}.{LOCKED[1]} is here")
    if len(usable) == 1:
        return Choice(usable[0], f"the only Python {LOCKED[0]}.{LOCKED[1]} here")
    return fastest(_measure(usable))


def fastest(took_s: dict[Interpreter, float]) -> Choice:
    """The one that took least, compared with the others.

    Args:
        took_s: CPU time of the same work, in whatever unit.
    """
    best, *others = sorted(took_s, key=lambda python: took_s[python])
    more = ", ".join(f"{100 * (took_s[python] / took_s[best] - 1):.0f} % more with {python}" for python in others)
    return Choice(best, f"the fastest here; the same work takes {more}")


def _find(own: Interpreter) -> list[Interpreter]:
    """Every Python of the locked version once, this one first."""
    asked = map(_ask, dict.fromkeys(map(Path.resolve, _programs())))
    found = dict.fromkeys([own, *(python for python in asked if python)])
    return [python for python in found if python.version[:2] == LOCKED]


def _programs() -> Iterator[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in dict.fromkeys([*folders, _DEBIAN, *sorted(_PYENV.glob(f"{LOCKED[0]}.{LOCKED[1]}.*/bin"))]):
        for name in ("python3", f"python{LOCKED[0]}.{LOCKED[1]}"):
            if os.access(folder / name, os.X_OK):
                yield folder / name


def _ask(program: Path) -> Interpreter | None:
    """What a program says of itself; None when it is no CPython that runs."""
    said = _run(program, _ASK, _ASK_S)
    if not said:
        return None
    path, version, kind, can_make_venv = json.loads(said)
    return Interpreter(path, tuple(version), can_make_venv) if kind == "cpython" else None


def _is_debians(python: Interpreter) -> bool:
    return Path(python.path).parent == _DEBIAN


def _measure(pythons: Iterable[Interpreter]) -> dict[Interpreter, float]:
    """What the work takes on each: of several rounds, in which all take turns, the middle one of its shares.

    A machine that is shared is twice as fast in one second as in the next: the least of a few rounds has chosen the
    slower Python by 5 % where it was slower by 30.
    """
    shares: dict[Interpreter, list[float]] = {python: [] for python in pythons}
    for _ in range(_ROUNDS):
        took_s = {python: float(said) for python in shares if (said := _run(Path(python.path), _WORK, _WORK_S))}
        for python, its_s in took_s.items():
            shares[python].append(its_s / fmean(took_s.values()))
    return {python: median(its) if its else float("inf") for python, its in shares.items()}


def _run(program: Path, text: str, within_s: float) -> str:
    """What a Python prints, isolated from whatever surrounds it; nothing when it fails."""
    command = [str(program), "-I", "-c", text]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=within_s)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout

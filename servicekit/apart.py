"""Work in a process of its own: whatever it does to itself, the service goes on, and answers meanwhile."""

import asyncio
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen


async def run(module: str, content: bytes, time_limit_s: float) -> tuple[int, bytes]:
    """Runs a module with content as its input.

    Returns:
        Its exit code, negative for the signal that ended it, and its output.

    Raises:
        TimeoutError: It took too long, and was ended.
    """
    process = await asyncio.to_thread(_start, module)
    # Shielded: it closes the pipes at its end, which it would not if it was cancelled before a thread took it up.
    talk = asyncio.ensure_future(asyncio.to_thread(process.communicate, content))
    try:
        async with asyncio.timeout(time_limit_s):
            said, _ = await asyncio.shield(talk)
    finally:
        process.kill()
        await asyncio.wait([talk])
    return process.returncode, said


def confine(memory_bytes: int, cpu_s: int | None = None) -> None:
    """Bounds the process that calls it: so much memory, the processor after everybody else, and the first to be ended.

    Where the machine runs short of memory the kernel then ends this process, and not the service that started it.

    Args:
        cpu_s: Of the processor, whoever else has it meanwhile; who uses more is ended by SIGXCPU. None: no bound.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if cpu_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    os.nice(10)
    Path("/proc/self/oom_score_adj").write_text("1000")


def serve(memory_bytes: int, work: Callable[[bytes], bytes], cpu_s: int | None = None) -> None:
    """The whole of such a process: it bounds itself, and answers its input."""
    confine(memory_bytes, cpu_s)
    sys.stdout.buffer.write(work(sys.stdin.buffer.read()))


def _start(module: str) -> "Popen[bytes]":
    # Popen starts it by vfork: uvloop would fork, for which gRPC stops its threads, now and then for good. Nothing of
    # the service's surroundings, where its secrets are, reaches it.
    return Popen(  # noqa: S603  a module of ours
        (sys.executable, "-m", module),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )

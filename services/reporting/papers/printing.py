"""Papers as PDF, each made by Typst in a process of its own, which has limits of memory and time."""

import signal
from pathlib import Path

import msgspec

from servicekit import apart
from servicekit.errors import UnavailableError
from servicekit.typesetting.typesetting import Kind, qr_svg, typeset
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.papers.blocks import Paper, Proofs, Report

# At the end of the queue for the processor a paper of seconds takes minutes.
TIME_LIMIT_S, CPU_S = 1800.0, 120
MEMORY_BYTES = 2 * 2**30
_MODULE = "services.reporting.papers.printing"
_HERE = Path(__file__).parent
# So Typst ends that asks for more memory than it may have, or that used its time up.
_TOO_LARGE = (-signal.SIGABRT, -signal.SIGXCPU)


async def printed(paper: Paper, time_limit_s: float = TIME_LIMIT_S, module: str = _MODULE) -> bytes:
    """A PDF.

    Args:
        module: What makes it.

    Raises:
        WishNotMadeError: PAPER_TOO_LARGE: it takes more memory, or more of the processor, than a paper may.
        RuntimeError: Our template is wrong.
        UnavailableError: The machine was short of memory, and ended it, or of time.
    """
    try:
        code, content = await apart.run(module, msgspec.json.encode(paper), time_limit_s)
    except TimeoutError:
        raise UnavailableError("the processor is busy with others; the paper is made again later") from None
    if code == -signal.SIGKILL:
        raise UnavailableError("the machine is short of memory; the paper is made again later")
    if code in _TOO_LARGE:
        raise WishNotMadeError("PAPER_TOO_LARGE")
    if code:
        raise RuntimeError(f"Typst does not take a paper: exit code {code}")
    return content


def pages(paper: Paper, kind: Kind = "pdf") -> bytes | list[bytes]:
    """A paper as PDF, or its pages as pictures."""
    if isinstance(paper, Report):
        return typeset([_HERE / "report.typ"], paper, kind)
    return typeset([_HERE / "proofs.typ"], _drawn(paper), kind)


def _drawn(paper: Proofs) -> object:
    proofs = [{**msgspec.structs.asdict(one), "qr": qr_svg(one.url)} for one in paper.proofs]
    return {**msgspec.structs.asdict(paper), "proofs": proofs}


def _pressed(asked: bytes) -> bytes:
    made = pages(msgspec.json.decode(asked, type=Report | Proofs))
    return made if isinstance(made, bytes) else b"".join(made)


if __name__ == "__main__":
    apart.serve(MEMORY_BYTES, _pressed, CPU_S)

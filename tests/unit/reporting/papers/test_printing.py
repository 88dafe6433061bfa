"""Papers are made apart, and whatever ends there is told apart too."""

import pytest

from servicekit.errors import UnavailableError
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.papers.blocks import Report
from services.reporting.papers.printing import printed
from tests.pdfs import text_of

PAPER = Report("签到表", '#panic("x") $a$', [], [], "生成于")


async def test_a_paper_is_made_apart() -> None:
    """As PDF, whose text is what was said."""
    assert '#panic("x") $a$' in text_of(await printed(PAPER))


@pytest.mark.parametrize(
    ("ends", "error"), [("abort", WishNotMadeError), ("kill", UnavailableError), ("exit", RuntimeError)]
)
async def test_each_end_is_told(ends: str, error: type[Exception]) -> None:
    """Too much memory, a machine without any, and a fault of ours."""
    with pytest.raises(error):
        await printed(PAPER, module=f"tests.unit.reporting.papers.ends.{ends}")


async def test_what_takes_too_long_is_made_again() -> None:
    """It is ended; the paper is not at fault."""
    with pytest.raises(UnavailableError):
        await printed(PAPER, time_limit_s=0.01)

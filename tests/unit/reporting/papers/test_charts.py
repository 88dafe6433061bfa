"""Charts: what they say has room, and reads as numbers do."""

import re

import pytest

from services.reporting.papers import charts
from services.reporting.papers.charts import Bar


@pytest.mark.parametrize("label", ["图" * 40, "Wide " * 20, "高一（3）班", ""])
def test_a_label_ends_before_its_bar_and_begins_on_the_page(label: str) -> None:
    """Cut short where it is long, and as it is where it is not."""
    said = re.findall(r'text-anchor="end"[^>]*>([^<]*)<', charts.bars([Bar(label, 3)]))[0]
    wide = sum(8.5 if ord(each) > 0x2E80 else 5.1 for each in said)
    assert wide <= 110 and (said == label or said.endswith("…"))
    assert len(label) > 20 or said == label


def test_large_numbers_have_their_thousands_apart() -> None:
    """Behind bars and at axes; nothing is written with an exponent."""
    assert ">1,234,567<" in charts.bars([Bar("扫码", 1_234_567)])
    assert ">1,400,000<" in charts.columns([Bar("09:00", 1_234_567)])

"""The report of an organisation's period, from figures that reports over history told."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

from servicekit.clock import from_datetime
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.papers import organisation_report
from services.reporting.papers.advice_words import advice_text
from services.reporting.papers.blocks import Block, Figure, Heading, Notice, Sentences, Table
from services.reporting.papers.organisations import period_of
from services.reporting.periods.calendar import By, Period
from services.reporting.quality.advice import CODES, Advice
from tests.unit.reporting.papers.september import NUMBERS, september, trend


def said(blocks: list[Block]) -> list[str]:
    """Every sentence of them."""
    return [one for each in blocks if isinstance(each, Sentences) for one in each.sentences]


def test_page_one_compares_with_the_period_before() -> None:
    """How much was held, how many came, and which activities stand out."""
    found = september()
    assert organisation_report.figures(found)[3] == Figure("签到率", "90.9%", "比上期高 5.9 个百分点")
    sentences = organisation_report.sentences(found)
    assert sentences[0] == "共举行 12 场，实到 1,080 人次，签到率 90.9%，比上期高 5.9 个百分点。"
    assert sentences[1].startswith("签到率最高的是“早读”（98.0%），最低的是“")
    assert "9 人次被查出异常" in sentences[2] and len(sentences) == 3


def test_every_finding_and_piece_of_advice_is_a_sentence() -> None:
    """Numbers in it, and nothing left to fill in."""
    blocks = organisation_report.blocks_of(september())
    habits = said(blocks)
    assert "“高一（3）班”的签到率 60.0%，明显低于其他分组的 90.0%。" in habits
    assert "周五的签到率 70.0%，明显低于其他日子的 90.0%。" in habits
    assert "一半的人在开始前 3 分钟之前到场，40.0% 的人在最后 5 分钟内到场。" in habits
    told = {code: advice_text(Advice(code, NUMBERS)) for code in CODES}
    assert not [text for text in (*told.values(), *habits) if "{" in text]
    [advised] = [each for each in blocks if isinstance(each, Table) and each.columns[-1].heading == "建议"]
    assert sorted(row[1] for row in advised.rows) == sorted(told.values())


def test_nothing_held_is_said_and_too_many_people_too() -> None:
    """In words, where there are no figures."""
    nothing = september()._replace(over_time=trend(By.DAY, Counter()))
    assert organisation_report.blocks_of(nothing) == [Notice("这段时间没有举行过活动。")]
    many = organisation_report.blocks_of(september()._replace(behaviour=None))
    assert any("没有逐人分析" in each.text for each in many if isinstance(each, Notice))
    assert any(each.text == "出勤习惯" for each in many if isinstance(each, Heading))


def the_period(first: str, last: str, time_zone: str = "") -> Period:
    """Of which days a report is that somebody wants from one moment to another, in UTC."""
    from_at, to_at = (from_datetime(datetime.fromisoformat(each).replace(tzinfo=UTC)) for each in (first, last))
    wish = Wish(Report.ORGANISATION, Format.PDF, organisation_id=bytes(16), from_at=from_at, to_at=to_at)
    return period_of(replace(wish, time_zone=time_zone))


def test_a_period_is_of_whole_days() -> None:
    """Of China, or of where who asks is, also where a day has 23 or 25 hours; what is at its end is of the next."""
    assert the_period("2026-09-06T16:00", "2026-09-07T16:00") == Period(date(2026, 9, 7), date(2026, 9, 7))
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    assert the_period("2026-10-01T04:00", "2026-11-01T04:00", "America/New_York") == october
    assert the_period("2026-09-30T22:00", "2026-10-31T23:00", "Europe/Berlin") == october
    # Berlin's day of 25 hours, and its day of 23; Santiago's begins at one.
    autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
    assert the_period("2026-10-24T22:00", "2026-10-25T23:00", "Europe/Berlin") == Period(autumn, autumn)
    assert the_period("2026-03-28T23:00", "2026-03-29T22:00", "Europe/Berlin") == Period(spring, spring)
    first = date(2026, 9, 6)
    assert the_period("2026-09-06T04:00", "2026-09-07T03:00", "America/Santiago") == Period(first, first)

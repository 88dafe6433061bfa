"""The report of an organisation's period, from figures that reports over history told."""

from collections import Counter
from datetime import date, timedelta

from services.reporting.behaviour.attendance import Presence, Row
from services.reporting.behaviour.behaviour import Absent, Behaviour
from services.reporting.behaviour.findings import Finding
from services.reporting.expected.roster_client import EntryName
from services.reporting.papers import organisation_report
from services.reporting.papers.advice_words import advice_text
from services.reporting.papers.blocks import Block, Figure, Heading, Notice, Sentences, Table
from services.reporting.papers.organisation_report import Found
from services.reporting.papers.organisations import period_of
from services.reporting.periods.calendar import By, Period
from services.reporting.periods.held import CAME, COUNTED, EXPECTED, LEAVE, OCCURRENCES, Counts, Held
from services.reporting.quality.advice import CODES, Advice
from services.reporting.quality.quality import Advised, Quality
from services.reporting.trends.trends import Asked, Point, Trend
from tests.unit.reporting.papers.gathered import NINE

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 28))
HELD = Held(b"o" * 16, b"a" * 16, "安全培训", "Asia/Shanghai", date(2026, 9, 7), NINE, NINE, NINE, None, 0, 0)
# Every number that some advice says.
NUMBERS = {
    "people": 31,
    "share": 0.21,
    "radius_m": 200,
    "to_m": 500,
    "accuracy_m": 100,
    "wifi": 1,
    "expired": 4,
    "old": 40,
    "to_s": 120,
    "scans": 25,
    "peak": 48,
    "gates": 2,
    "to_gates": 4,
    "late": 33,
    "at_opening": 60,
    "to_min": 45,
}
FINDINGS = [
    Finding("ABSENT_STREAK", {"people": 3, "longest": 5}),
    Finding("DROP_OFF", {"from_rate": 0.95, "to_rate": 0.8, "rate": 0.88, "occurrences": 12}),
    Finding("RISING", {"from_rate": 0.8, "to_rate": 0.95, "rate": 0.88, "occurrences": 12}),
    Finding("STEADY", {"from_rate": 0.9, "to_rate": 0.9, "rate": 0.9, "occurrences": 12}),
    Finding("GROUP_LOW", {"rate": 0.6, "others": 0.9}, {"group": "高一（3）班"}),
    Finding("WEEKDAY_LOW", {"rate": 0.7, "others": 0.9}, {"weekday": "5"}),
    Finding("LATE_OFTEN", {"late": 200, "came": 900, "share": 0.222}),
    Finding("ARRIVALS", {"median_min": -3.0, "share": 0.4, "minutes": 5}),
    Finding("REGULARITY", {"regular": 90, "seldom": 4, "people": 120}),
]


def counts(expected: int, came: int, leave: int = 0, *, occurrences: int = 1, late: int = 0, **more: int) -> Counts:
    """Of some occurrences."""
    of_roster = {OCCURRENCES: occurrences, COUNTED: occurrences, EXPECTED: expected, CAME: came, LEAVE: leave}
    return Counter({**of_roster, "checked_in": came, "late": late, **more})


def trend(by: By, whole: Counts, *points: Point) -> Trend:
    """One of September."""
    return Trend(Asked(b"g" * 16, SEPTEMBER, by), whole, points, [], 0)


def behaviour() -> Behaviour:
    """Of 120 people, three of whom stay away."""
    absent = [
        Absent(Row(bytes([number]) * 16, "高一（3）班", [Presence.ABSENT] * 4), EntryName(name, f"20260{number}"), None)
        for number, name in enumerate(("王小明", "李雷", "韩梅梅"))
    ]
    return Behaviour(SEPTEMBER, b"r" * 16, 12, 120, FINDINGS, absent, 3, [0] * 11, [], [], 0, {}, [])


def september() -> Found:
    """Twelve occurrences of three activities."""
    whole = counts(1200, 1080, 12, occurrences=12, late=96, **{"method:qr": 900, "method:staff": 180})
    days = [
        Point(f"{date(2026, 9, 1) + timedelta(days=number):%Y-%m-%d}", "", counts(100, 84 + number % 12, 1))
        for number in range(28)
    ]
    titles = (("早读", 400, 392), ("安全培训", 500, 430), ("长" * 60, 300, 258))
    activities = [
        Point(str(number), title, counts(each, came, occurrences=4))
        for number, (title, each, came) in enumerate(titles)
    ]
    groups = [Point(f"高一（{number}）班", "", counts(400, 380 - 30 * number, occurrences=12)) for number in (1, 2, 3)]
    weekdays = [Point(str(number), "", counts(200, 190 - 6 * number, occurrences=2)) for number in range(1, 6)]
    quality = {"reason:LOCATION_DENIED": 14, "reason:QR_EXPIRED": 31, "refused": 22, "anomalous": 9, "offline": 17}
    advice = [Advised(HELD, Advice(code, NUMBERS), False) for code in sorted(CODES)]
    return Found(
        trend(By.DAY, whole, *days),
        trend(By.DAY, counts(1000, 850, occurrences=10)),
        trend(By.ACTIVITY, whole, *activities),
        trend(By.GROUP, whole, *groups),
        trend(By.WEEKDAY, whole, *weekdays),
        Quality(SEPTEMBER, whole + Counter(quality), [], [], advice),
        behaviour(),
    )


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


def test_a_period_is_of_whole_days() -> None:
    """Of the days of China; the moment at its end belongs to the next one."""
    midnight = NINE - 9 * 3_600_000_000
    assert period_of(midnight, midnight + 86_400_000_000) == Period(date(2026, 9, 7), date(2026, 9, 7))

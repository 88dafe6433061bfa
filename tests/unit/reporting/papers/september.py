"""What reports over history told of an organisation's September."""

from collections import Counter
from datetime import date, timedelta

from services.reporting.behaviour.attendance import Presence, Row
from services.reporting.behaviour.behaviour import Absent, Behaviour
from services.reporting.behaviour.findings import Finding
from services.reporting.expected.roster_client import EntryName
from services.reporting.papers.organisation_report import Found
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


def a_large_september() -> Found:
    """The same with more activities, groups and people who stay away than a page holds."""
    found, behaved = september(), behaviour()
    activities = [Point(str(number), f"第{number}周升旗仪式", counts(400, 392 - number)) for number in range(1, 46)]
    groups = [Point(f"高一（{number}）班", "", counts(50, 50 - number // 3, occurrences=12)) for number in range(1, 44)]
    absent = [each for each in behaved.absent for _ in range(20)]
    return found._replace(
        by_activity=found.by_activity._replace(points=[*found.by_activity.points, *activities]),
        by_group=found.by_group._replace(points=groups, hidden=3),
        behaviour=behaved._replace(absent=absent, absent_people=len(absent)),
    )

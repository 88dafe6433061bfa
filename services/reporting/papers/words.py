"""What papers say of numbers, times and people, in Chinese. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domainkit.chinese_days import day_text, span_text
from servicekit.clock import SECOND_US
from services.reporting.domain import Counted, Mark, Status
from services.reporting.exports import texts
from services.reporting.exports.attendance import Slot
from services.reporting.exports.vocabulary import REASONS
from services.reporting.papers.turnout import starts_at

NONE = "—"
NO_GROUP = "未分组"
NO_NAME, NO_NAME_SHOWN = "未填写姓名", "（姓名是表情符号）"
_NO_GATE = "未区分入口"
_OUTCOMES = {
    Status.CHECKED_IN: "已通过",
    Status.PENDING_REVIEW: "待人工核验",
    Status.PROVISIONAL: "系统确认中",
    Status.REFUSED: "未通过",
    Status.ABSENT: "已撤销",
}


def amount(number: int) -> str:
    """A whole number, with its thousands apart."""
    return f"{number:,}"


def share(rate: float | None) -> str:
    """A rate to the tenth of a percent; a dash where there is none."""
    return NONE if rate is None else f"{rate:.1%}"


def points(now: float, before: float) -> str:
    """How a rate has moved, in percentage points."""
    moved = round(100 * now, 1) - round(100 * before, 1)
    if abs(moved) < 0.05:
        return "持平"
    return f"{'高' if moved > 0 else '低'} {abs(moved):.1f} 个百分点"


def clock(at: int, zone: ZoneInfo) -> str:
    """A moment to the minute; of none a dash."""
    return f"{_local(at, zone):%H:%M}" if at else NONE


def day_and_clock(at: int, zone: ZoneInfo) -> str:
    """A moment with its day; of none a dash."""
    return f"{_local(at, zone):%Y-%m-%d %H:%M}" if at else NONE


def date_and_clock(at: int, zone: ZoneInfo) -> str:
    """A moment of which the year is known."""
    return f"{_local(at, zone):%m-%d %H:%M}"


def made_at(at: int, zone: ZoneInfo) -> str:
    """When a paper was made, and by which clock."""
    return f"{day_and_clock(at, zone)}（{zone.key}）"


def day(at: int, zone: ZoneInfo) -> str:
    """The day of a moment."""
    return day_text(_local(at, zone))


def when(slot: Slot) -> str:
    """When an occurrence is, in short: 09-07 周一 09:00."""
    at = _local(starts_at(slot), slot.gathering.zone)
    return f"{at:%m-%d} 周{'一二三四五六日'[at.weekday()]} {at:%H:%M}"


def span(slots: Sequence[Slot]) -> str:
    """When occurrences are; of several the first and the last day."""
    first, last = slots[0], slots[-1]
    zone = first.gathering.zone
    if first is last:
        return span_text(_local(starts_at(first), zone), _local(first.window.closes_at, zone))
    return f"{day(starts_at(first), zone)} – {day(starts_at(last), zone)}，共 {len(slots)} 场"


def gate(name: str) -> str:
    """A gate; of none that."""
    return name or _NO_GATE


def group(name: str) -> str:
    """A group; of none that."""
    return name or NO_GROUP


def method(name: str) -> str:
    """How somebody checked in."""
    return texts.METHODS.get(name, name) or NONE


def outcome(person: Counted) -> str:
    """What became of somebody who was in doubt."""
    if person.seat.mark in (Mark.PRESENT, Mark.LATE):
        return "工作人员确认到场"
    return outcome_of(person.seat.status)


def outcome_of(status: int) -> str:
    """What became of people in doubt, by their status now; 0 is of who is on leave by word of staff."""
    return _OUTCOMES[Status(status)] if status else texts.ON_LEAVE


def reasons(names: Sequence[str]) -> str:
    """Why."""
    return "；".join(map(reason, names))


def reason(name: str) -> str:
    """Why, in a word."""
    return REASONS.get(name, name)


def offset(minutes: int) -> str:
    """A span from the start of an occurrence."""
    if minutes == 0:
        return "开始时"
    return f"开始前 {-minutes} 分钟" if minutes < 0 else f"开始后 {minutes} 分钟"


def duration(minutes: int) -> str:
    """For how long."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} 分钟"
    return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / SECOND_US, zone)

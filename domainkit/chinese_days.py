"""Days and spans of time as papers write them in Chinese. Pure."""

from datetime import date, datetime

_WEEKDAYS = "一二三四五六日"


def day_text(day: date) -> str:
    """A day with its weekday: 2026年9月7日（周一）."""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def span_text(starts: datetime, ends: datetime) -> str:
    """From when until when; the day once where it is the same."""
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{day_text(ends)} {ends:%H:%M}"
    return f"{day_text(starts)} {starts:%H:%M} – {until}"

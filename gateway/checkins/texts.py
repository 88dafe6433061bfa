"""What the person reads: one short Chinese sentence per outcome and reason, with cause, numbers and next step."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from gateway.reasons import TO_PERSON, TO_STAFF, Words

_ACCEPTED = {"in": "签到成功", "out": "签退成功"}
_DUPLICATE = {"in": "你已签到，无需重复", "out": "你已签退，无需重复"}
_PENDING = "待人工核验，请留意结果"
_OUTCOMES = {
    "provisional": "系统确认中，结果稍后通知你",
    "annulled": "这次签到已被撤销，如有疑问请联系组织者",
    "superseded": "你已通过另一次操作完成签到，无需处理",
}
_RULED = {"refused": "人工核验未通过", "annulled": "这次签到已被撤销"}
_OUTCOMES_TO_STAFF = {
    "accepted": {"in": "已为其签到", "out": "已为其签退"},
    "duplicate": {"in": "此人已签到，无需重复", "out": "此人已签退，无需重复"},
    "pending_review": dict.fromkeys(("in", "out"), "待人工核验"),
    "provisional": dict.fromkeys(("in", "out"), "系统确认中"),
    "annulled": dict.fromkeys(("in", "out"), "此人的签到已被撤销"),
    "superseded": dict.fromkeys(("in", "out"), "此人已通过另一次操作完成签到"),
}

# What is said of a success all the same.
_NOTED = ("LATE", "OUT_WITHOUT_IN")
# What is said of a duplicate in its place.
_OTHER_DUPLICATES = ("LEFT_AGAIN", "ENTERED_AGAIN", "NO_REENTRY", "PERSON_CODE_USED")
# Of what is wrong with a request these have words of their own.
_WORDED = ("TOO_MANY_", "PERSON_CODE_", "ENTRY_", "GATE_")

_UNKNOWN = Words("未能签到", "", "请联系组织者")

_FAILURES = {
    "RATE_LIMITED": "操作太频繁，请稍后再试",
    "UNAUTHENTICATED": "登录已失效，请重新登录",
    "TOKEN_EXPIRED": "登录已过期，请重新登录",
    "SESSION_REVOKED": "你已在别处退出登录，请重新登录",
    "CONFLICT": "这次签到的内容与之前不一致，请重新扫码",
    "PERMISSION_DENIED": "不能为自己代签，请扫描现场二维码",
    "NOT_FOUND": "没有找到这个人或这个活动",
}
_TOO_MANY_OPEN = "你有 {open} 次签到系统确认中，请等结果出来后再试"
_SAVED = "已保存，联网后自动上传"


def answer(outcome: str, direction: str, title: str, place: str, reasons: list[dict[str, object]]) -> str:
    """The sentence of an answered attempt.

    Args:
        reasons: As they go into the reply: `reason` and its numbers; only the first one is told, of a success the first
            of those that are noted.
    """
    way = direction if direction in _ACCEPTED else "in"
    first = reasons[0] if reasons else {}
    if outcome == "accepted":
        return _ACCEPTED[way] + _note(reasons) + _where(title, place)
    if outcome == "duplicate":
        return _came_otherwise(first) or _DUPLICATE[way]
    if outcome == "pending_review":
        return f"{cause(first)}，{_PENDING}" if first.get("reason") in TO_PERSON else _PENDING
    if outcome == "refused":
        return f"{cause(first)}，{TO_PERSON.get(str(first.get('reason')), _UNKNOWN).next_step}"
    return _OUTCOMES.get(outcome, _UNKNOWN.cause)


@lru_cache(maxsize=1024)
def _where(title: str, place: str) -> str:
    where = " · ".join(part for part in (title, place) if part)
    return f"：{where}" if where else ""


def ruled(outcome: str, reason: str) -> str:
    """The sentence of an attempt that a human refused or annulled, with their words."""
    return f"{_RULED[outcome]}：{reason}"


def answer_to_staff(outcome: str, direction: str, reasons: list[dict[str, object]]) -> str:
    """The sentence for staff about somebody whom they check in; arguments as of `answer`."""
    first = reasons[0] if reasons else {}
    if outcome == "duplicate" and (again := _came_otherwise(first, TO_STAFF)):
        return again
    if outcome in _OUTCOMES_TO_STAFF:
        note = _note(reasons) if outcome == "accepted" else ""
        return _OUTCOMES_TO_STAFF[outcome][direction if direction in _ACCEPTED else "in"] + note
    return cause(first, TO_STAFF)


def failure(
    reason: str,
    is_saved: bool,
    metadata: Mapping[str, str] = MappingProxyType({}),
    vocabulary: Mapping[str, Words] = TO_PERSON,
) -> str:
    """The sentence of a request that was not answered as an attempt; empty when the phone's own words serve better.

    Args:
        is_saved: It comes with a receipt, so nothing is lost.
        metadata: Numbers of the reason.
        vocabulary: Of those who read it.
    """
    if is_saved:
        return _SAVED
    if "open" in metadata:
        return _TOO_MANY_OPEN.format_map(metadata)
    if reason.startswith(_WORDED) and (words := vocabulary.get(reason)):
        return f"{words.cause}，{words.next_step}"
    return _FAILURES.get(reason, "")


def cause(reason: Mapping[str, object], vocabulary: Mapping[str, Words] = TO_PERSON) -> str:
    """The cause of one reason, with its numbers when all of them are there.

    Args:
        vocabulary: Of those who read it.
    """
    words = vocabulary.get(str(reason.get("reason")), _UNKNOWN)
    try:
        return words.with_numbers.format_map(_Numbers(reason)) or words.cause
    except KeyError:
        return words.cause


def duration(seconds: float) -> str:
    """Seconds as people say them: two units at most."""
    whole = max(0, round(seconds))
    days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    parts = [(days, "天"), (hours, "小时"), (minutes, "分钟"), (rest, "秒")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), 3)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount or first == 3)


def distance(metres: float) -> str:
    """Metres as people say them: in kilometres from 1,000 on."""
    return f"{metres / 1000:.1f} 公里" if metres >= 1000 else f"{round(metres)} 米"


class _Numbers(dict[str, object]):
    """The numbers of a reason as text: `_s` as a duration, `_m` as a distance, the rest as they are."""

    def __init__(self, reason: Mapping[str, object]) -> None:
        super().__init__({name: _text(name, value) for name, value in reason.items()})


def _text(name: str, value: object) -> object:
    say = _UNITS.get(name[-2:])
    return say(value) if say and isinstance(value, int | float) else value


_UNITS = {"_s": duration, "_m": distance}


def _note(reasons: Sequence[Mapping[str, object]]) -> str:
    noted = next((reason for reason in reasons if reason.get("reason") in _NOTED), None)
    return f"（{cause(noted)}）" if noted else ""


def _came_otherwise(first: Mapping[str, object], vocabulary: Mapping[str, Words] = TO_PERSON) -> str:
    """What is special about a duplicate; empty for one that is none."""
    if first.get("reason") not in _OTHER_DUPLICATES:
        return ""
    return f"{cause(first, vocabulary)}，{vocabulary[str(first['reason'])].next_step}"

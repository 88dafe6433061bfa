"""What the person reads: one short Chinese sentence per outcome and reason, with cause, numbers and next step."""

from collections.abc import Mapping
from types import MappingProxyType

_ACCEPTED = {"in": "签到成功", "out": "签退成功"}
_DUPLICATE = {"in": "你已签到，无需重复", "out": "你已签退，无需重复"}
_PENDING = "已提交人工核验，请留意结果"
_OUTCOMES = {
    "provisional": "已登记，核验中，结果稍后通知你",
    "annulled": "这次签到已被撤销，如有疑问请联系组织者",
    "superseded": "你已通过另一次操作完成签到，无需处理",
}
_TO_STAFF = {
    "accepted": {"in": "已为其签到", "out": "已为其签退"},
    "duplicate": {"in": "此人已签到，无需重复", "out": "此人已签退，无需重复"},
    "pending_review": dict.fromkeys(("in", "out"), "已登记，等待人工核验"),
    "provisional": dict.fromkeys(("in", "out"), "已登记，核验中"),
    "annulled": dict.fromkeys(("in", "out"), "此人的签到已被撤销"),
    "superseded": dict.fromkeys(("in", "out"), "此人已通过另一次操作完成签到"),
}
_UNKNOWN_CAUSE = "未能签到"
_ASK = "请联系组织者"

# Reason -> cause with its numbers, cause without, next step.
CAUSES: dict[str, tuple[str, str, str]] = {
    "QR_MALFORMED": ("", "这不是本系统的签到二维码", "请扫描现场屏幕上的二维码"),
    "QR_SIGNATURE": ("", "二维码无效", "请扫描现场屏幕上的二维码"),
    "QR_EXPIRED": ("二维码已过期 {expired_since_s}", "二维码已过期", "请扫描屏幕上最新的二维码"),
    "QR_FUTURE": ("二维码尚未生效，还差 {ahead_s}", "二维码尚未生效", "请稍后重新扫描"),
    "QR_REVOKED": ("", "二维码已被组织者更换", "请扫描屏幕上最新的二维码"),
    "CODE_WRONG": ("", "签到码不正确", "请核对屏幕上的 6 位签到码"),
    "CODE_LOCKED": ("签到码错误次数过多，请 {retry_after_s}后再试", "签到码错误次数过多", "请稍后再试或扫描二维码"),
    "NFC_UNKNOWN": ("", "无法识别的 NFC 标签", "请改用二维码签到"),
    "NFC_REPLAY": ("", "NFC 标签已被使用", "请重新触碰标签"),
    "ACTIVITY_UNKNOWN": ("", "没有找到这个活动", "请核对后再试"),
    "ACTIVITY_CANCELLED": ("", "活动已取消", _ASK),
    "TOO_EARLY": ("签到还有 {opens_in_s}开始", "签到尚未开始", "请到时再来"),
    "TOO_LATE": ("签到已结束 {closed_since_s}", "签到已结束", _ASK),
    "LATE": ("迟到 {late_by_s}", "迟到", _ASK),
    "NOT_ON_ROSTER": ("", "你不在名单中", _ASK),
    "NOT_MEMBER": ("", "你不是该组织的成员", _ASK),
    "BLOCKED": ("", "你暂时不能签到", _ASK),
    "METHOD_NOT_ALLOWED": ("", "本活动不支持这种签到方式", "请换一种方式"),
    "CAPACITY_FULL": ("名额已满（{capacity} 人）", "名额已满", _ASK),
    "FENCE_OUTSIDE": (
        "不在签到范围：距活动地点 {distance_m} 米，须在 {radius_m} 米内",
        "不在签到范围",
        "请走近后再试",
    ),
    "FENCE_UNCERTAIN": (
        "定位不够准确：距活动地点约 {distance_m} 米，误差 {accuracy_m} 米，须在 {radius_m} 米内",
        "定位不够准确",
        "请到开阔处或连接现场 Wi-Fi 后再试",
    ),
    "LOCATION_MISSING": ("", "没有收到定位", "请打开定位后再试"),
    "LOCATION_DENIED": ("", "没有定位权限", "请在设置中允许定位后再试"),
    "WIFI_MISMATCH": ("", "连接的不是现场 Wi-Fi", "请连接现场 Wi-Fi 后再试"),
    "WIFI_MISSING": ("", "没有连接现场 Wi-Fi", "请连接现场 Wi-Fi 后再试"),
    "CLOCK_SKEW": ("手机时间与服务器相差 {skew_s}以上", "手机时间不准确", "请开启自动设置时间"),
    "OFFLINE_SLOT_UNVERIFIABLE": ("", "无法核实离线签到的时间", _ASK),
    "FACE_MISMATCH": ("", "人脸核验未通过", "请重试"),
    "FACE_UNAVAILABLE": ("", "人脸核验暂不可用", "请稍后再试"),
}

_FAILURES = {
    "RATE_LIMITED": "操作太频繁，请稍后再试",
    "UNAUTHENTICATED": "登录已失效，请重新登录",
    "TOKEN_EXPIRED": "登录已过期，请重新登录",
    "SESSION_REVOKED": "你已在别处退出登录，请重新登录",
    "CONFLICT": "这次签到的内容与之前不一致，请重新扫码",
    "PERMISSION_DENIED": "不能为自己代签，请扫描现场二维码",
    "NOT_FOUND": "没有找到这个人或这个活动",
}
_TOO_MANY_OPEN = "你有 {open} 次签到正在核验，请等结果出来后再试"
_SAVED = "已保存，联网后自动上传"


def answer(outcome: str, direction: str, title: str, place: str, reasons: list[dict[str, object]]) -> str:
    """The sentence of an answered attempt.

    Args:
        reasons: As they go into the reply: `reason` and its numbers; only the first one is told.
    """
    way = direction if direction in _ACCEPTED else "in"
    first = reasons[0] if reasons else {}
    if outcome == "accepted":
        return _accepted(way, title, place, first)
    if outcome == "duplicate":
        return _DUPLICATE[way]
    if outcome == "pending_review":
        return f"{cause(first)}，{_PENDING}" if first.get("reason") in CAUSES else _PENDING
    if outcome == "refused":
        return f"{cause(first)}，{CAUSES.get(str(first.get('reason')), ('', '', _ASK))[2]}"
    return _OUTCOMES.get(outcome, _UNKNOWN_CAUSE)


def answer_to_staff(outcome: str, direction: str, reasons: list[dict[str, object]]) -> str:
    """The sentence for staff about somebody whom they check in; arguments as of `answer`."""
    first = reasons[0] if reasons else {}
    if outcome in _TO_STAFF:
        late = f"（{cause(first)}）" if outcome == "accepted" and first.get("reason") == "LATE" else ""
        return _TO_STAFF[outcome][direction if direction in _ACCEPTED else "in"] + late
    return cause(first)


def failure(reason: str, is_saved: bool, metadata: Mapping[str, str] = MappingProxyType({})) -> str:
    """The sentence of a request that was not answered as an attempt; empty when the phone's own words serve better.

    Args:
        is_saved: It comes with a receipt, so nothing is lost.
        metadata: Numbers of the reason.
    """
    if is_saved:
        return _SAVED
    return _TOO_MANY_OPEN.format_map(metadata) if "open" in metadata else _FAILURES.get(reason, "")


def cause(reason: Mapping[str, object]) -> str:
    """The cause of one reason, with its numbers when all of them are there."""
    with_numbers, without, _ = CAUSES.get(str(reason.get("reason")), ("", _UNKNOWN_CAUSE, ""))
    try:
        return with_numbers.format_map(_Numbers(reason)) or without
    except KeyError:
        return without


def duration(seconds: float) -> str:
    """Seconds as people say them: two units at most."""
    whole = max(0, round(seconds))
    days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    parts = [(days, "天"), (hours, "小时"), (minutes, "分钟"), (rest, "秒")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), 3)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount or first == 3)


class _Numbers(dict[str, object]):
    """The numbers of a reason as text: `_s` as a duration, the rest as they are."""

    def __init__(self, reason: Mapping[str, object]) -> None:
        super().__init__({name: _text(name, value) for name, value in reason.items()})


def _text(name: str, value: object) -> object:
    return duration(value) if name.endswith("_s") and isinstance(value, int | float) else value


def _accepted(way: str, title: str, place: str, first: Mapping[str, object]) -> str:
    late = f"（{cause(first)}）" if first.get("reason") == "LATE" else ""
    where = " · ".join(part for part in (title, place) if part)
    return _ACCEPTED[way] + late + (f"：{where}" if where else "")

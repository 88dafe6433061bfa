"""Advice in words, with its numbers. Pure."""

from services.reporting.papers import words
from services.reporting.quality.advice import Advice

_TEXTS = {
    "FENCE_WIDER": "{people} 人在围栏外被人工放行（{share}）：签到范围可由 {radius_m} 米放宽到 {to_m} 米。",
    "LOCATION_EXPLAIN": "{people} 人没有给出定位（{share}）：请事先说明为什么需要定位。",
    "WIFI_ADD_INDOORS": "{people} 人没有给出定位（{share}）：室内可改用现场 Wi-Fi 证明到场。",
    "LOCATION_PRECISE": "{people} 人的定位误差超过 {accuracy_m} 米（{share}）：请提醒打开精确定位。",
    "WIFI_ADD": "{people} 人连接的不是已登记的 Wi-Fi（{share}）：请补登现场的接入点，现有 {wifi} 个。",
    "QR_LONGER": "{expired} 人扫到过期的码，{old} 人扫码时码已显示 40 秒以上（{share}）：更换周期可延长到 {to_s} 秒。",
    "QR_CLEARER": "{scans} 人次扫码没有成功（{share}，抽样）：请把二维码放大、调亮，并避开反光。",
    "NETWORK": "{people} 人离线签到（{share}）：请改善现场网络。",
    "GATES_MORE": "最忙的一分钟到了 {peak} 人，现有 {gates} 个入口：建议开到 {to_gates} 个。",
    "OPEN_EARLIER": "{late} 人迟到（{share}），开放的头三分钟就到了 {at_opening} 人：可提前 {to_min} 分钟开放。",
}


def advice_text(advice: Advice) -> str:
    """A piece of advice in one sentence."""
    numbers = advice.numbers.items()
    said = {name: words.share(each) if name == "share" else words.amount(round(each)) for name, each in numbers}
    return _TEXTS[advice.code].format(**said)

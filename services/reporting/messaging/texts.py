"""What robots say, in Chinese; their chats are China's. Never a name, and never a file: who may see it signs in."""

from services.reporting.exports.kinds import Report
from services.reporting.exports.titles import TITLES
from services.reporting.messaging.figures import Figures

# Robots that only say what holds a word of theirs are told this one.
_SIGN = "【签到】"
TEST = f"{_SIGN}这是一条测试消息：机器人已接通。"


def made(title: str, report: Report, figures: Figures | None, url: str) -> str:
    """A file is there."""
    return "\n".join([f"{_SIGN}{title}：{TITLES[report]}已生成", *_numbers(figures), f"查看：{url}"])


def failed(title: str, report: Report, url: str) -> str:
    """A file will never be there."""
    return f"{_SIGN}{title}：{TITLES[report]}未能生成\n查看原因：{url}"


def _numbers(figures: Figures | None) -> list[str]:
    if figures is None:
        return []
    if not figures.expected:
        return [f"实到 {figures.came}"]
    leave = [f"请假 {figures.leave}"] if figures.leave else []
    rate = [] if figures.rate is None else [f"签到率 {figures.rate:.1%}"]
    return ["　".join([f"应到 {figures.expected}", f"实到 {figures.came}", *leave, *rate])]

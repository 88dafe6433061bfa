"""People as they are: of forty classes, with names of every length and script, who come, come late, and stay away."""

import random
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from services.reporting.domain import MINUTE_US, Activity, Counted, Status, Window
from services.reporting.expected.tally import Answer
from services.reporting.exports import texts
from services.reporting.exports.rulings import Ruling
from tests.unit.reporting.papers.gathered import Meeting

GROUPS, _LATER_US = 40, 300 * MINUTE_US
_LONG_GROUP = "国际课程与中外合作办学项目管理中心二〇二六级本科实验班"
_LONG_TITLE = "新生入学教育暨实验室安全与消防应急演练专题讲座（第二批）"
_SURNAMES, _NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文博宇轩浩然",
)
# Names that break lists: long ones, those of other scripts, pictures, rare letters, and what looks like a formula.
STRANGE = (
    "阿卜杜热合曼·买买提艾力·图尔荪尼亚孜·吾甫尔",
    "ئابدۇرېھىم توختى نىياز",
    "👨‍👩‍👧 小明爸爸 🎉",
    "长" * 64,
    "Maximiliane Alexandrovna von Hohenstein-Wittgenstein-Berleburg",
    "欧阳震华",
    "བཀྲ་ཤིས་བདེ་ལེགས།",
    "𠮷田𣇉",
    "=1+1",
    "W" * 64,
    "김민준",
    "马",
)
_GATES = ("东门", "南门", "图书馆一层大厅入口", "", "北门")
_METHODS = ("qr", "qr", "qr", "qr", "code", "nfc", "place", "staff")
_DOUBTS = ("FENCE_OUTSIDE", "DEVICE_SHARED", "LOCATION_DENIED", "RELAY_SUSPECTED", "OFFLINE_SLOT_UNVERIFIABLE")
_RULED = (
    ("王老师", "已电话核实，人在现场"),
    (STRANGE[0], "现场点名时确认本人到场，因手机定位漂移被判在范围外；同桌两位同学可以作证，予以通过"),
    (texts.BY_RULE, "签到码已核验"),
    (texts.NAMELESS, ""),
)
_SAID = ("素食", "自驾，车牌云A·12345", "需要轮椅通道；对花生过敏，请安排靠门的座位，并提前告知食堂")


class Crowd(Meeting):
    """An activity of many, found as fast as an index finds them.

    Args:
        occurrences: It is held on so many days.
        came: The share of people who come; 0: nobody does, and nobody asks for leave.
    """

    def __init__(self, people: int, *, occurrences: int = 1, came: float = 0.92, **changes: Any) -> None:
        super().__init__(occurrences, **changes)
        self._chance = random.Random(1)
        for number in range(people):
            entry_id = self.expect(self._name(number), _group(number), _number(number))
            if came:
                self._act(entry_id, came)
        for number in range(people // 100 if came else 0):
            self.come(self.stranger(f"路人{number}"))
        by_id = defaultdict[bytes, list[Counted]](list)
        for person in self.facts.people:
            by_id[person.user_id].append(person)

        async def of(activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes = b"") -> list[Counted]:
            return [each for user_id in user_ids for each in by_id.get(user_id, ())]

        async def windows_of(activity_id: bytes) -> list[Window]:
            return [each for each in self.facts.windows if each.activity_id == activity_id]

        self.facts.of = of  # type: ignore[method-assign]
        self.facts.windows_of = windows_of  # type: ignore[method-assign]

    def _name(self, number: int) -> str:
        if number % 97 < 2 or number < len(STRANGE):
            return STRANGE[number % len(STRANGE)]
        return self._chance.choice(_SURNAMES) + "".join(self._chance.choices(_NAMES, k=2))

    def _act(self, entry_id: bytes, came: float) -> None:
        """Comes, or does not, to each occurrence."""
        chance = self._chance
        if chance.random() < 0.02:
            self.participants.said[entry_id] = Answer.LEAVE
            return
        if chance.random() < 0.1:
            self.participants.told[entry_id] = [chance.choice(_SAID)]
        for number in range(len(self.facts.windows)):
            if chance.random() < came:
                way = self._way()
                self.come(entry_id, number, **way)
                if "status" in way and chance.random() < 0.7:
                    self._rule(entry_id, self.facts.windows[number])

    def _way(self) -> dict[str, Any]:
        """When and how somebody comes, and what is found of it."""
        chance = self._chance
        minute = chance.gauss(-8, 5)
        way = {"minute": minute, "method": chance.choice(_METHODS), "gate": chance.choice(_GATES)}
        reasons = ["LATE"] if minute > 0 else []
        if chance.random() < 0.03:
            status = chance.choice((Status.CHECKED_IN, Status.PENDING_REVIEW, Status.PROVISIONAL, Status.REFUSED))
            return {**way, "status": status, "reasons": [*chance.sample(_DOUBTS, chance.choice((1, 1, 2))), *reasons]}
        if chance.random() < 0.6:
            way["left_minute"] = chance.gauss(55, 10)
        return {**way, "reasons": reasons}

    def _rule(self, entry_id: bytes, window: Window) -> None:
        """Somebody, or a rule, decides on them an hour after."""
        by, reason = self._chance.choice(_RULED)
        self.ruled[window.occurrence_id, entry_id] = Ruling(window.closes_at + 60 * MINUTE_US, by, reason)

    def second(self) -> Activity:
        """Another activity of the same people, in the afternoons, with a long title, to which nobody came."""
        other = replace(self.activity, activity_id=b"b" * 16, title=_LONG_TITLE)
        for window in [*self.facts.windows]:
            later = window._replace(
                occurrence_id=bytes([255 - window.occurrence_id[0]]) * 16,
                activity_id=other.activity_id,
                opens_at=window.opens_at + _LATER_US,
                closes_at=window.closes_at + _LATER_US,
                starts_at=window.starts_at + _LATER_US,
            )
            self.facts.windows.append(later)
        return other


def _group(number: int) -> str:
    """Classes of equal size; one has a long name, and the last people have none."""
    of = number % (GROUPS + 1)
    if of == GROUPS:
        return ""
    return _LONG_GROUP if of == 7 else f"高{'一二三'[of // 14]}（{of % 14 + 1}）班"


def _number(number: int) -> str:
    return f"2026{number:06d}" if number % 50 else f"53010220110901{number:04d}"

"""Every word that a file says, in Chinese."""

from collections.abc import Mapping
from enum import Enum

from services.reporting.domain import Mark, Status
from services.reporting.expected.tally import Answer

HEADINGS: Mapping[str, str] = {
    "name": "姓名",
    "number": "编号",
    "group": "分组",
    "phone": "手机号",
    "occurrence": "场次",
    "status": "状态",
    "punctuality": "到场情况",
    "checked_in_at": "签到时间",
    "left_at": "离开时间",
    "method": "签到方式",
    "gate": "入口",
    "reasons": "说明",
    "answer": "参会意向",
    "mark": "工作人员标记",
    "is_listed": "是否在名单内",
    "details": "填写信息",
    "decided_by": "处理人",
    "decided_at": "处理时间",
    "decided_reason": "处理意见",
}
STATUSES: Mapping[int, str] = {
    0: "未签到",
    Status.CHECKED_IN: "已签到",
    Status.PENDING_REVIEW: "待人工核验",
    Status.PROVISIONAL: "系统确认中",
    Status.REFUSED: "未通过",
    Status.ABSENT: "未到",
}
ON_LEAVE = "请假"
# Who decided what no human did; and somebody who told nobody a name.
BY_RULE, NAMELESS = "系统", "未留姓名"
# Nobody could tell, for so long that the file was made all the same.
UNREADABLE, UNREADABLE_HINT = "读不到", "生成时读不到处理记录，可稍后重新导出"
PUNCTUALITIES: Mapping[str, str] = {"on_time": "准时", "late": "迟到", "early_leave": "早退"}
METHODS: Mapping[str, str] = {
    "qr": "扫码",
    "code": "签到码",
    "nfc": "NFC",
    "place": "到场定位",
    "staff": "工作人员",
}
ANSWERS: Mapping[int, str] = {Answer.NONE: "", Answer.COMING: "会来", Answer.LEAVE: "请假"}
MARKS: Mapping[int, str] = {
    Mark.NONE: "",
    Mark.PRESENT: "到",
    Mark.LATE: "迟到",
    Mark.LEAVE: "请假",
    Mark.ABSENT: "未到",
}
CANCELLED = "（已取消）"
LISTED: Mapping[bool | None, str] = {True: "是", False: "否", None: ""}
# What files are called, and their sheets.
CHECKINS, PEOPLE, REGISTER = "签到明细", "人员名单", "出勤总表"
ACTIVITY_REPORT, ORGANISATION_REPORT, SIGN_SHEET, PROOF = "活动报告", "组织报告", "签到表", "参会证明"
SUMMARY, DETAIL, ABSENT, EXCEPTIONS = "总览", "明细", "未到", "异常"
BY_STATUS, PERSONS = "人数统计", "人数"
# Where a table has no row.
NOBODY, NOBODY_ABSENT, NOTHING_ODD = (
    "没有符合条件的人",
    "没有人未到（签到和离线补传截止后才计未到）",
    "没有异常记录",
)
# Of the register: what it counts, and what it says of one occurrence.
EXPECTED, CAME, LATE, EARLY, LEAVE, ABSENTEES = "应到", "实到", "迟到", "早退", "请假", "未到"
TOTALS = (EXPECTED, CAME, LATE, EARLY, LEAVE, ABSENTEES)
# Counted for the rate alone: who came and was expected.
CAME_EXPECTED = "应到且实到"
RATE, TITLE, BY_OCCURRENCE, TOTAL = "签到率", "活动", "各场签到", "合计"
CELLS: Mapping[str, str] = {"came": "到", "late": "迟到", "early": "早退", "leave": "请假", "absent": "未到"}


class Tone(Enum):
    """How much a word stands out."""

    BAD = "bad"
    WAIT = "wait"
    AWAY = "away"


TONES: Mapping[str, Tone] = {
    **dict.fromkeys((CELLS["absent"], STATUSES[Status.ABSENT], STATUSES[Status.REFUSED]), Tone.BAD),
    **dict.fromkeys((LATE, EARLY, STATUSES[Status.PENDING_REVIEW], STATUSES[Status.PROVISIONAL]), Tone.WAIT),
    **dict.fromkeys((LEAVE, STATUSES[0]), Tone.AWAY),
}

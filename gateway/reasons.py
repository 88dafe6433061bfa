"""The words of reasons, made by `make vocabulary` from protos/vocabulary/reasons.yaml."""

from typing import NamedTuple


class Words(NamedTuple):
    """The cause, the cause with its numbers (empty where it has none), and the next step."""

    cause: str
    with_numbers: str
    next_step: str


TO_PERSON = {
    "QR_MALFORMED": Words(
        "这不是本系统的签到二维码",
        "",
        "请扫描现场屏幕上的二维码",
    ),
    "QR_SIGNATURE": Words(
        "二维码无效",
        "",
        "请扫描现场屏幕上的二维码",
    ),
    "QR_EXPIRED": Words(
        "二维码已过期",
        "二维码已过期 {expired_since_s}",
        "请扫描现场屏幕上最新的二维码",
    ),
    "QR_FUTURE": Words(
        "二维码尚未生效",
        "二维码尚未生效，还差 {ahead_s}",
        "请稍等片刻再扫描",
    ),
    "QR_REVOKED": Words(
        "二维码已被组织者更换",
        "",
        "请扫描现场屏幕上最新的二维码",
    ),
    "CODE_WRONG": Words(
        "签到码不正确",
        "",
        "请核对屏幕上的 6 位签到码",
    ),
    "CODE_LOCKED": Words(
        "签到码错误次数过多",
        "签到码错误次数过多，请 {retry_after_s}后再试",
        "可以改为扫描二维码",
    ),
    "NFC_UNKNOWN": Words(
        "无法识别的 NFC 标签",
        "",
        "请改用二维码签到",
    ),
    "NFC_REPLAY": Words(
        "NFC 标签已被使用",
        "",
        "请重新触碰标签",
    ),
    "NFC_UNCHECKED": Words(
        "暂时无法确认这次触碰是否已被使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "ACTIVITY_UNKNOWN": Words(
        "没有找到这个活动",
        "",
        "请核对后再试",
    ),
    "ACTIVITY_CANCELLED": Words(
        "活动已取消",
        "",
        "请联系组织者",
    ),
    "UNDECIDED": Words(
        "一直没有人核验，按活动设定处理",
        "",
        "如有疑问，请联系组织者",
    ),
    "TOO_EARLY": Words(
        "签到尚未开始",
        "签到还有 {opens_in_s}开始",
        "请到时再来",
    ),
    "TOO_LATE": Words(
        "签到已结束",
        "签到已结束 {closed_since_s}",
        "请联系组织者",
    ),
    "LATE": Words(
        "迟到",
        "迟到 {late_by_s}",
        "请联系组织者",
    ),
    "NOT_ON_ROSTER": Words(
        "还不能确认你在名单中",
        "",
        "请绑定手机号后再签到，或联系组织者",
    ),
    "NOT_MEMBER": Words(
        "你不是该组织的成员",
        "",
        "请联系组织者",
    ),
    "BLOCKED": Words(
        "你暂时不能签到",
        "",
        "请联系组织者",
    ),
    "METHOD_NOT_ALLOWED": Words(
        "本活动不支持这种签到方式",
        "",
        "请换一种方式",
    ),
    "CAPACITY_FULL": Words(
        "名额已满",
        "名额已满（{capacity} 人）",
        "请联系组织者",
    ),
    "ALREADY_CHECKED_IN": Words(
        "你已签到",
        "",
        "无需重复",
    ),
    "LEFT_AGAIN": Words(
        "离开时间已更新",
        "",
        "以最近一次签退为准",
    ),
    "PERSON_CODE_MALFORMED": Words(
        "这不是签到码",
        "",
        "请扫描对方手机上「我的签到码」",
    ),
    "PERSON_CODE_FOREIGN": Words(
        "这是另一个活动的签到码",
        "",
        "请对方打开本活动的「我的签到码」",
    ),
    "PERSON_CODE_SIGNATURE": Words(
        "签到码无效",
        "",
        "请对方重新打开「我的签到码」；仍无效时请查找姓名",
    ),
    "PERSON_CODE_EXPIRED": Words(
        "签到码已过期",
        "签到码已过期 {expired_since_s}",
        "请出示当前显示的签到码",
    ),
    "PERSON_CODE_FUTURE": Words(
        "签到码尚未生效",
        "签到码尚未生效：手机时间快了 {ahead_s}",
        "请校准手机时间后再出示",
    ),
    "PERSON_CODE_USED": Words(
        "签到码已被使用",
        "",
        "请出示当前显示的签到码",
    ),
    "PERSON_CODE_UNCHECKED": Words(
        "暂时无法确认签到码是否已被使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "NO_REENTRY": Words(
        "离场后不能再次入场",
        "",
        "请联系组织者",
    ),
    "ENTERED_AGAIN": Words(
        "你已再次入场",
        "你已再次入场：第 {passes} 次入场",
        "无需再次签到",
    ),
    "FENCE_OUTSIDE": Words(
        "不在签到范围",
        "不在签到范围：距活动地点 {distance_m}，须在 {radius_m}内",
        "请走近后再试",
    ),
    "FENCE_UNCERTAIN": Words(
        "定位不够准确",
        "定位不够准确：距活动地点约 {distance_m}，误差 {accuracy_m}，须在 {radius_m}内",
        "请到开阔处，或连接现场 Wi-Fi 后再试",
    ),
    "LOCATION_MISSING": Words(
        "没有收到定位",
        "",
        "请打开手机定位后再试",
    ),
    "LOCATION_DENIED": Words(
        "没有定位权限",
        "",
        "请在设置中允许使用位置",
    ),
    "WIFI_MISMATCH": Words(
        "连接的不是现场 Wi-Fi",
        "",
        "请连接现场 Wi-Fi 后再试",
    ),
    "WIFI_MISSING": Words(
        "没有连接现场 Wi-Fi",
        "",
        "请连接现场 Wi-Fi 后再试",
    ),
    "DEVICE_SHARED": Words(
        "这台手机为多人签过到",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "DEVICE_NEW": Words(
        "这台手机第一次使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "RELAY_SUSPECTED": Words(
        "需要核实你在现场",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "SPEED_IMPOSSIBLE": Words(
        "位置变化过快",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "LOCATION_MOCKED": Words(
        "定位来源需要核实",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "CLOCK_SKEW": Words(
        "手机时间不准确",
        "手机时间与服务器相差 {skew_s}以上",
        "请开启自动设置时间",
    ),
    "OFFLINE_SLOT_UNVERIFIABLE": Words(
        "无法核实离线签到的时间",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "EVIDENCE_UNREADABLE": Words(
        "签到时的凭证无法读取",
        "",
        "请联系组织者",
    ),
    "FACE_MISMATCH": Words(
        "人脸核验未通过",
        "",
        "请重试",
    ),
    "FACE_UNAVAILABLE": Words(
        "人脸核验暂不可用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "GATE_UNKNOWN": Words(
        "没有这个入口",
        "",
        "请选择列表中的入口",
    ),
    "OUT_WITHOUT_IN": Words(
        "只有签退，没有签到",
        "",
        "签退已记录；如已到场，请联系组织者补签",
    ),
    "DEPENDENCY_UNAVAILABLE": Words(
        "系统确认中",
        "",
        "结果稍后自动更新",
    ),
    "TOO_MANY_REFUSALS": Words(
        "未成功的签到次数过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_ORGANISATIONS": Words(
        "名下的组织已达上限",
        "",
        "请先退出不再使用的组织",
    ),
    "TOO_MANY_INVITES": Words(
        "有效的邀请已达上限",
        "",
        "请先撤销不再使用的邀请",
    ),
    "INVITE_UNKNOWN": Words(
        "邀请无效或已被撤销",
        "",
        "请核对邀请码，或请对方重新邀请",
    ),
    "INVITE_EXPIRED": Words(
        "邀请已过期",
        "",
        "请对方重新邀请",
    ),
    "INVITE_USED_UP": Words(
        "邀请名额已用完",
        "",
        "请对方重新邀请",
    ),
    "CONSOLE_TICKET_UNKNOWN": Words(
        "二维码无效",
        "",
        "请扫描电脑上现在显示的二维码",
    ),
    "CONSOLE_TICKET_OVER": Words(
        "这个二维码已失效",
        "",
        "请在电脑上刷新后重新扫描",
    ),
    "CONSOLE_TICKET_USED": Words(
        "这个登录二维码已被使用",
        "",
        "请重新扫码登录",
    ),
    "CONSOLE_TICKET_OTHERS": Words(
        "这台电脑上登录的是别人",
        "",
        "请用登录这台电脑的微信扫描",
    ),
    "CONSOLE_DIGITS_WRONG": Words(
        "数字不对",
        "",
        "请输入电脑上二维码旁边的两位数字",
    ),
    "PHONE_ONLY": Words(
        "只能在手机小程序里确认",
        "",
        "请用小程序扫描电脑上的二维码",
    ),
    "ACTIVITIES_RUNNING": Words(
        "还有活动未结束",
        "还有活动未结束：{running} 个",
        "请先结束或取消这些活动",
    ),
    "ORGANISATION_ARCHIVED": Words(
        "该组织已归档",
        "",
        "请组织所有者先恢复该组织",
    ),
    "LAST_OWNER": Words(
        "组织至少要有一位所有者",
        "",
        "请先把组织移交给别人",
    ),
    "REVISION_STALE": Words(
        "内容刚被别人改过",
        "",
        "请看过改动后再保存",
    ),
    "TOO_MANY_PLACES": Words(
        "常用地点已达上限",
        "",
        "请先删除不再使用的地点",
    ),
    "TOO_MANY_ACTIVITIES": Words(
        "该组织一小时内新建的活动已达上限",
        "",
        "请稍后再建",
    ),
    "TOO_MANY_CHANGES": Words(
        "该组织一小时内改动活动的次数已达上限",
        "",
        "请稍后再改",
    ),
    "TOO_MANY_ANSWERS": Words(
        "今天选择消息提醒的次数已达上限",
        "",
        "请明天再试",
    ),
    "TOO_MANY_DISPLAYS": Words(
        "该活动的屏幕已达上限",
        "",
        "请先撤销不用的屏幕",
    ),
    "TOO_MANY_TAGS": Words(
        "该活动的 NFC 标签已达上限",
        "",
        "请先停用不用的标签",
    ),
    "TOO_MANY_STREAMS": Words(
        "打开的实时页面过多",
        "",
        "请关闭其中一个",
    ),
    "TOO_MANY_FAILED_SIGN_INS": Words(
        "所在网络登录失败次数过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_ROSTERS": Words(
        "该组织的名单已达上限",
        "",
        "请先删除不再使用的名单",
    ),
    "ROSTER_FULL": Words(
        "这份名单的人数已达上限",
        "",
        "请先移出不再应到的人，或分成几份名单",
    ),
    "ROSTER_IN_USE": Words(
        "还有已发布的活动在使用这份名单",
        "",
        "请先结束这些活动，或在活动中换一份名单",
    ),
    "NUMBER_TAKEN": Words(
        "名单中已有人使用这个学号/工号",
        "",
        "请核对后修改",
    ),
    "ENTRY_NOT_LISTED": Words(
        "名单中没有这个人",
        "",
        "请按姓名查找，或登记为现场来宾",
    ),
    "ENTRY_CODE_MALFORMED": Words(
        "这不是标签上的编码",
        "",
        "请核对二维码下方的 10 位编码",
    ),
    "ENTRY_CODE_AMBIGUOUS": Words(
        "名单中有两个人使用这个编码",
        "",
        "请按姓名查找",
    ),
    "TOO_MANY_GUESTS": Words(
        "这个活动的现场来宾已达上限",
        "",
        "请把其余的人加入名单",
    ),
    "TOO_MANY_PRINTS": Words(
        "正在生成的打印文件过多",
        "",
        "请稍后再试",
    ),
    "IMPORT_STATE": Words(
        "这次导入已不能进行这项操作",
        "",
        "请重新选择名单",
    ),
    "IMPORT_UNDER_WAY": Words(
        "这份名单正在进行另一次导入",
        "",
        "请等它结束后再试",
    ),
    "TOO_MANY_IMPORTS": Words(
        "正在读取的文件过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_UPLOADS": Words(
        "正在上传的文件过多",
        "",
        "请稍后再试",
    ),
    "PHONE_NOT_LISTED": Words(
        "名单中没有这个手机号",
        "",
        "如号码已更换，请联系组织者更正，或请组织者发邀请给你",
    ),
    "PHONE_CODE_INVALID": Words(
        "没有取得手机号",
        "",
        "请再试一次，或请组织者发邀请给你",
    ),
    "ENTRY_CODE_LOCKED": Words(
        "输错编码的次数过多",
        "",
        "请稍等片刻，或出示「我的签到码」",
    ),
    "ENTRY_TAKEN": Words(
        "名单中的这个人已由别人确认",
        "",
        "请先解除原来的确认",
    ),
    "ALREADY_LISTED": Words(
        "此人已是名单中的另一个人",
        "",
        "请先解除原来的确认",
    ),
    "TOO_MANY_TRIES": Words(
        "尝试次数过多",
        "",
        "请十分钟后再试，或联系组织者",
    ),
    "ANSWER_LATE": Words(
        "活动已经开始，不能再更改",
        "",
        "如有变化请联系组织者",
    ),
}

TO_STAFF = {
    "QR_MALFORMED": Words(
        "这不是本系统的签到二维码",
        "",
        "请扫描现场屏幕上的二维码",
    ),
    "QR_SIGNATURE": Words(
        "二维码无效",
        "",
        "请扫描现场屏幕上的二维码",
    ),
    "QR_EXPIRED": Words(
        "二维码已过期",
        "二维码已过期 {expired_since_s}",
        "请扫描现场屏幕上最新的二维码",
    ),
    "QR_FUTURE": Words(
        "二维码尚未生效",
        "二维码尚未生效，还差 {ahead_s}",
        "请稍等片刻再扫描",
    ),
    "QR_REVOKED": Words(
        "二维码已被组织者更换",
        "",
        "请扫描现场屏幕上最新的二维码",
    ),
    "CODE_WRONG": Words(
        "签到码不正确",
        "",
        "请核对屏幕上的 6 位签到码",
    ),
    "CODE_LOCKED": Words(
        "签到码错误次数过多",
        "签到码错误次数过多，请 {retry_after_s}后再试",
        "可以改为扫描二维码",
    ),
    "NFC_UNKNOWN": Words(
        "无法识别的 NFC 标签",
        "",
        "请改用二维码签到",
    ),
    "NFC_REPLAY": Words(
        "NFC 标签已被使用",
        "",
        "请重新触碰标签",
    ),
    "NFC_UNCHECKED": Words(
        "暂时无法确认这次触碰是否已被使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "ACTIVITY_UNKNOWN": Words(
        "没有找到这个活动",
        "",
        "请核对后再试",
    ),
    "ACTIVITY_CANCELLED": Words(
        "活动已取消",
        "",
        "请联系组织者",
    ),
    "UNDECIDED": Words(
        "一直没有人核验，按活动设定处理",
        "",
        "如有疑问，请联系组织者",
    ),
    "TOO_EARLY": Words(
        "签到尚未开始",
        "签到还有 {opens_in_s}开始",
        "请到时再来",
    ),
    "TOO_LATE": Words(
        "签到已结束",
        "签到已结束 {closed_since_s}",
        "请联系组织者",
    ),
    "LATE": Words(
        "迟到",
        "迟到 {late_by_s}",
        "请联系组织者",
    ),
    "NOT_ON_ROSTER": Words(
        "此人不在名单中",
        "",
        "请绑定手机号后再签到，或联系组织者",
    ),
    "NOT_MEMBER": Words(
        "此人不是该组织的成员",
        "",
        "请联系组织者",
    ),
    "BLOCKED": Words(
        "此人暂时不能签到",
        "",
        "请联系组织者",
    ),
    "METHOD_NOT_ALLOWED": Words(
        "本活动不支持这种签到方式",
        "",
        "请换一种方式",
    ),
    "CAPACITY_FULL": Words(
        "名额已满",
        "名额已满（{capacity} 人）",
        "请联系组织者",
    ),
    "ALREADY_CHECKED_IN": Words(
        "此人已签到",
        "",
        "无需重复",
    ),
    "LEFT_AGAIN": Words(
        "此人再次签退",
        "",
        "以最近一次签退为准",
    ),
    "PERSON_CODE_MALFORMED": Words(
        "这不是签到码",
        "",
        "请扫描对方手机上「我的签到码」",
    ),
    "PERSON_CODE_FOREIGN": Words(
        "这是另一个活动的签到码",
        "",
        "请对方打开本活动的「我的签到码」",
    ),
    "PERSON_CODE_SIGNATURE": Words(
        "签到码无效",
        "",
        "请对方重新打开「我的签到码」；仍无效时请查找姓名",
    ),
    "PERSON_CODE_EXPIRED": Words(
        "签到码已过期",
        "签到码已过期 {expired_since_s}",
        "请扫描对方手机上当前显示的签到码",
    ),
    "PERSON_CODE_FUTURE": Words(
        "签到码尚未生效",
        "签到码尚未生效：手机时间快了 {ahead_s}",
        "请对方校准手机时间，或查找姓名",
    ),
    "PERSON_CODE_USED": Words(
        "签到码已被使用",
        "",
        "请扫描对方手机上新的签到码，并核对本人",
    ),
    "PERSON_CODE_UNCHECKED": Words(
        "暂时无法确认签到码是否已被使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "NO_REENTRY": Words(
        "此人已离场，本活动不能再次入场",
        "",
        "请联系组织者",
    ),
    "ENTERED_AGAIN": Words(
        "此人再次入场",
        "此人第 {passes} 次入场",
        "可以放行",
    ),
    "FENCE_OUTSIDE": Words(
        "不在签到范围",
        "不在签到范围：距活动地点 {distance_m}，须在 {radius_m}内",
        "请走近后再试",
    ),
    "FENCE_UNCERTAIN": Words(
        "定位不够准确",
        "定位不够准确：距活动地点约 {distance_m}，误差 {accuracy_m}，须在 {radius_m}内",
        "请到开阔处，或连接现场 Wi-Fi 后再试",
    ),
    "LOCATION_MISSING": Words(
        "没有收到定位",
        "",
        "请打开手机定位后再试",
    ),
    "LOCATION_DENIED": Words(
        "没有定位权限",
        "",
        "请在设置中允许使用位置",
    ),
    "WIFI_MISMATCH": Words(
        "连接的不是现场 Wi-Fi",
        "",
        "请连接现场 Wi-Fi 后再试",
    ),
    "WIFI_MISSING": Words(
        "没有连接现场 Wi-Fi",
        "",
        "请连接现场 Wi-Fi 后再试",
    ),
    "DEVICE_SHARED": Words(
        "这台手机为多人签过到",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "DEVICE_NEW": Words(
        "这台手机第一次使用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "RELAY_SUSPECTED": Words(
        "需要核实此人在现场",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "SPEED_IMPOSSIBLE": Words(
        "位置变化过快",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "LOCATION_MOCKED": Words(
        "定位来源需要核实",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "CLOCK_SKEW": Words(
        "手机时间不准确",
        "手机时间与服务器相差 {skew_s}以上",
        "请开启自动设置时间",
    ),
    "OFFLINE_SLOT_UNVERIFIABLE": Words(
        "无法核实离线签到的时间",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "EVIDENCE_UNREADABLE": Words(
        "签到时的凭证无法读取",
        "",
        "请联系组织者",
    ),
    "FACE_MISMATCH": Words(
        "人脸核验未通过",
        "",
        "请重试",
    ),
    "FACE_UNAVAILABLE": Words(
        "人脸核验暂不可用",
        "",
        "组织者会人工核验，请留意结果",
    ),
    "GATE_UNKNOWN": Words(
        "没有这个入口",
        "",
        "请选择列表中的入口",
    ),
    "OUT_WITHOUT_IN": Words(
        "只有签退，没有签到",
        "",
        "签退已记录；如确已到场，请为其补签",
    ),
    "DEPENDENCY_UNAVAILABLE": Words(
        "系统确认中",
        "",
        "结果稍后自动更新",
    ),
    "TOO_MANY_REFUSALS": Words(
        "此人未成功的签到次数过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_ORGANISATIONS": Words(
        "名下的组织已达上限",
        "",
        "请先退出不再使用的组织",
    ),
    "TOO_MANY_INVITES": Words(
        "有效的邀请已达上限",
        "",
        "请先撤销不再使用的邀请",
    ),
    "INVITE_UNKNOWN": Words(
        "邀请无效或已被撤销",
        "",
        "请核对邀请码，或请对方重新邀请",
    ),
    "INVITE_EXPIRED": Words(
        "邀请已过期",
        "",
        "请对方重新邀请",
    ),
    "INVITE_USED_UP": Words(
        "邀请名额已用完",
        "",
        "请对方重新邀请",
    ),
    "CONSOLE_TICKET_UNKNOWN": Words(
        "二维码无效",
        "",
        "请扫描电脑上现在显示的二维码",
    ),
    "CONSOLE_TICKET_OVER": Words(
        "这个二维码已失效",
        "",
        "请在电脑上刷新后重新扫描",
    ),
    "CONSOLE_TICKET_USED": Words(
        "这个登录二维码已被使用",
        "",
        "请重新扫码登录",
    ),
    "CONSOLE_TICKET_OTHERS": Words(
        "这台电脑上登录的是别人",
        "",
        "请用登录这台电脑的微信扫描",
    ),
    "CONSOLE_DIGITS_WRONG": Words(
        "数字不对",
        "",
        "请输入电脑上二维码旁边的两位数字",
    ),
    "PHONE_ONLY": Words(
        "只能在手机小程序里确认",
        "",
        "请用小程序扫描电脑上的二维码",
    ),
    "ACTIVITIES_RUNNING": Words(
        "还有活动未结束",
        "还有活动未结束：{running} 个",
        "请先结束或取消这些活动",
    ),
    "ORGANISATION_ARCHIVED": Words(
        "该组织已归档",
        "",
        "请组织所有者先恢复该组织",
    ),
    "LAST_OWNER": Words(
        "组织至少要有一位所有者",
        "",
        "请先把组织移交给别人",
    ),
    "REVISION_STALE": Words(
        "内容刚被别人改过",
        "",
        "请看过改动后再保存",
    ),
    "TOO_MANY_PLACES": Words(
        "常用地点已达上限",
        "",
        "请先删除不再使用的地点",
    ),
    "TOO_MANY_ACTIVITIES": Words(
        "该组织一小时内新建的活动已达上限",
        "",
        "请稍后再建",
    ),
    "TOO_MANY_CHANGES": Words(
        "该组织一小时内改动活动的次数已达上限",
        "",
        "请稍后再改",
    ),
    "TOO_MANY_ANSWERS": Words(
        "今天选择消息提醒的次数已达上限",
        "",
        "请明天再试",
    ),
    "TOO_MANY_DISPLAYS": Words(
        "该活动的屏幕已达上限",
        "",
        "请先撤销不用的屏幕",
    ),
    "TOO_MANY_TAGS": Words(
        "该活动的 NFC 标签已达上限",
        "",
        "请先停用不用的标签",
    ),
    "TOO_MANY_STREAMS": Words(
        "打开的实时页面过多",
        "",
        "请关闭其中一个",
    ),
    "TOO_MANY_FAILED_SIGN_INS": Words(
        "所在网络登录失败次数过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_ROSTERS": Words(
        "该组织的名单已达上限",
        "",
        "请先删除不再使用的名单",
    ),
    "ROSTER_FULL": Words(
        "这份名单的人数已达上限",
        "",
        "请先移出不再应到的人，或分成几份名单",
    ),
    "ROSTER_IN_USE": Words(
        "还有已发布的活动在使用这份名单",
        "",
        "请先结束这些活动，或在活动中换一份名单",
    ),
    "NUMBER_TAKEN": Words(
        "名单中已有人使用这个学号/工号",
        "",
        "请核对后修改",
    ),
    "ENTRY_NOT_LISTED": Words(
        "名单中没有这个人",
        "",
        "请按姓名查找，或登记为现场来宾",
    ),
    "ENTRY_CODE_MALFORMED": Words(
        "这不是标签上的编码",
        "",
        "请核对二维码下方的 10 位编码",
    ),
    "ENTRY_CODE_AMBIGUOUS": Words(
        "名单中有两个人使用这个编码",
        "",
        "请按姓名查找",
    ),
    "TOO_MANY_GUESTS": Words(
        "这个活动的现场来宾已达上限",
        "",
        "请把其余的人加入名单",
    ),
    "TOO_MANY_PRINTS": Words(
        "正在生成的打印文件过多",
        "",
        "请稍后再试",
    ),
    "IMPORT_STATE": Words(
        "这次导入已不能进行这项操作",
        "",
        "请重新选择名单",
    ),
    "IMPORT_UNDER_WAY": Words(
        "这份名单正在进行另一次导入",
        "",
        "请等它结束后再试",
    ),
    "TOO_MANY_IMPORTS": Words(
        "正在读取的文件过多",
        "",
        "请稍后再试",
    ),
    "TOO_MANY_UPLOADS": Words(
        "正在上传的文件过多",
        "",
        "请稍后再试",
    ),
    "PHONE_NOT_LISTED": Words(
        "名单中没有这个手机号",
        "",
        "如号码已更换，请联系组织者更正，或请组织者发邀请给你",
    ),
    "PHONE_CODE_INVALID": Words(
        "没有取得手机号",
        "",
        "请再试一次，或请组织者发邀请给你",
    ),
    "ENTRY_CODE_LOCKED": Words(
        "输错编码的次数过多",
        "",
        "请稍等片刻，或出示「我的签到码」",
    ),
    "ENTRY_TAKEN": Words(
        "名单中的这个人已由别人确认",
        "",
        "请先解除原来的确认",
    ),
    "ALREADY_LISTED": Words(
        "此人已是名单中的另一个人",
        "",
        "请先解除原来的确认",
    ),
    "TOO_MANY_TRIES": Words(
        "尝试次数过多",
        "",
        "请十分钟后再试，或联系组织者",
    ),
    "ANSWER_LATE": Words(
        "活动已经开始，不能再更改",
        "",
        "如有变化请联系组织者",
    ),
}

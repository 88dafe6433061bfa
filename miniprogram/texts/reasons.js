/** Why, by how much, and what to do: every reason of the vocabulary in a person's words. */

/** @typedef {'scan' | 'code' | 'precise' | 'settings' | 'wifi' | 'none'} Action What the button below does. */
/** @typedef {{ why: string, much?: (numbers: any) => string, what: string, action: Action }} Words */

const metres = (/** @type {unknown} */ value) => {
  const found = Number(value)
  return found >= 1000 ? `${(found / 1000).toFixed(1)} 公里` : `${Math.round(found)} 米`
}

/** Two units at most. */
const duration = (/** @type {unknown} */ value) => {
  const seconds = Math.max(0, Math.round(Number(value)))
  const parts = /** @type {[number, string][]} */ ([
    [Math.floor(seconds / 86400), '天'],
    [Math.floor(seconds / 3600) % 24, '小时'],
    [Math.floor(seconds / 60) % 60, '分钟'],
    [seconds % 60, '秒'],
  ])
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return '0 秒'
  return parts.slice(first, first + 2).filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

const SCAN_AGAIN = '请扫描现场屏幕上最新的二维码'
const ASK = '请联系组织者'
const REVIEWED = '组织者会人工核验，请留意结果'

/** @type {Record<string, Words>} */
const reasons = {
  QR_MALFORMED: { why: '这不是本系统的签到二维码', what: '请扫描现场屏幕上的二维码', action: 'scan' },
  QR_SIGNATURE: { why: '二维码无效', what: '请扫描现场屏幕上的二维码', action: 'scan' },
  QR_EXPIRED: { why: '二维码已过期', much: (n) => `过期 ${duration(n.expired_since_s)}`, what: SCAN_AGAIN, action: 'scan' },
  QR_FUTURE: { why: '二维码尚未生效', much: (n) => `还差 ${duration(n.ahead_s)}`, what: '请稍等片刻再扫描', action: 'scan' },
  QR_REVOKED: { why: '二维码已被组织者更换', what: SCAN_AGAIN, action: 'scan' },
  CODE_WRONG: { why: '签到码不正确', what: '请核对屏幕上的 6 位签到码', action: 'code' },
  CODE_LOCKED: { why: '签到码错误次数过多', much: (n) => `${duration(n.retry_after_s)}后可以再试`, what: '可以改为扫描二维码', action: 'scan' },
  NFC_UNKNOWN: { why: '无法识别的 NFC 标签', what: '请改用二维码签到', action: 'scan' },
  NFC_REPLAY: { why: 'NFC 标签已被使用', what: '请重新触碰标签', action: 'none' },
  ACTIVITY_UNKNOWN: { why: '没有找到这个活动', what: '请核对后再试', action: 'scan' },
  ACTIVITY_CANCELLED: { why: '活动已取消', what: ASK, action: 'none' },
  TOO_EARLY: { why: '签到尚未开始', much: (n) => `还有 ${duration(n.opens_in_s)}开始`, what: '请到时再来', action: 'none' },
  TOO_LATE: { why: '签到已结束', much: (n) => `已结束 ${duration(n.closed_since_s)}`, what: ASK, action: 'none' },
  LATE: { why: '迟到', much: (n) => `迟到 ${duration(n.late_by_s)}`, what: ASK, action: 'none' },
  NOT_ON_ROSTER: { why: '你不在名单中', what: ASK, action: 'none' },
  NOT_MEMBER: { why: '你不是该组织的成员', what: ASK, action: 'none' },
  BLOCKED: { why: '你暂时不能签到', what: ASK, action: 'none' },
  METHOD_NOT_ALLOWED: { why: '本活动不支持这种签到方式', what: '请换一种方式', action: 'scan' },
  CAPACITY_FULL: { why: '名额已满', much: (n) => `共 ${n.capacity} 人`, what: ASK, action: 'none' },
  ALREADY_CHECKED_IN: { why: '你已签到', what: '无需重复', action: 'none' },
  FENCE_OUTSIDE: {
    why: '不在签到范围',
    much: (n) => `距活动地点 ${metres(n.distance_m)}，须在 ${metres(n.radius_m)}内`,
    what: '请走近后再试',
    action: 'scan',
  },
  FENCE_UNCERTAIN: {
    why: '定位不够准确',
    much: (n) => `距活动地点约 ${metres(n.distance_m)}，误差 ${metres(n.accuracy_m)}，须在 ${metres(n.radius_m)}内`,
    what: '请到开阔处，或连接现场 Wi-Fi 后再试',
    action: 'precise',
  },
  LOCATION_MISSING: { why: '没有收到定位', what: '请打开手机定位后再试', action: 'precise' },
  LOCATION_DENIED: { why: '没有定位权限', what: '请在设置中允许使用位置', action: 'settings' },
  WIFI_MISMATCH: { why: '连接的不是现场 Wi-Fi', what: '请连接现场 Wi-Fi 后再试', action: 'wifi' },
  WIFI_MISSING: { why: '没有连接现场 Wi-Fi', what: '请连接现场 Wi-Fi 后再试', action: 'wifi' },
  DEVICE_SHARED: { why: '这台手机为多人签过到', what: REVIEWED, action: 'none' },
  DEVICE_NEW: { why: '这台手机第一次使用', what: REVIEWED, action: 'none' },
  RELAY_SUSPECTED: { why: '需要核实你在现场', what: REVIEWED, action: 'none' },
  SPEED_IMPOSSIBLE: { why: '位置变化过快', what: REVIEWED, action: 'none' },
  LOCATION_MOCKED: { why: '定位来源需要核实', what: REVIEWED, action: 'none' },
  CLOCK_SKEW: { why: '手机时间不准确', much: (n) => `相差 ${duration(n.skew_s)}以上`, what: '请开启自动设置时间', action: 'none' },
  OFFLINE_SLOT_UNVERIFIABLE: { why: '无法核实离线签到的时间', what: REVIEWED, action: 'none' },
  FACE_MISMATCH: { why: '人脸核验未通过', what: '请重试', action: 'none' },
  FACE_UNAVAILABLE: { why: '人脸核验暂不可用', what: REVIEWED, action: 'none' },
  DEPENDENCY_UNAVAILABLE: { why: '正在核验', what: '结果稍后自动更新', action: 'none' },
}

/** @type {Words} */
const unknown = { why: '未能签到', what: ASK, action: 'none' }

/**
 * The words of one reason; `much` is empty where the server gave no numbers.
 *
 * @param {Reason | undefined} reason
 */
const explain = (reason) => {
  const words = (reason && reasons[reason.reason]) || unknown
  const has_numbers = Boolean(reason && Object.keys(reason).length > 1)
  return { why: words.why, much: words.much && has_numbers ? words.much(reason) : '', what: words.what, action: words.action }
}

module.exports = { reasons, explain, duration, metres }

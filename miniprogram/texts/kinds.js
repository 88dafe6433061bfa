/** What an activity of each kind is called, and one time of it. */

/** @type {Record<string, { one: string, time: string }>} */
const kinds = {
  event: { one: '活动', time: '场次' },
  class: { one: '课程', time: '课次' },
  attendance: { one: '考勤组', time: '班次' },
  points: { one: '打卡', time: '当天' },
}

/**
 * The words of a kind; a kind that this version does not know is an event.
 *
 * @param {string | null | undefined} kind
 */
const ofKind = (kind) => kinds[kind || ''] || kinds.event

module.exports = { kinds, ofKind }

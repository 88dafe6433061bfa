/**
 * How what the server says and what waits on this phone become one list: the server wins, lower revisions are ignored,
 * and no attempt appears twice.
 */

const { parseTime } = require('./time')

/** What has no time yet is the newest. */
const timeOf = (/** @type {Checkin} */ checkin) => (checkin.checked_in_at ? parseTime(checkin.checked_in_at) : Infinity)

/** Newest first. The id only makes the order the same every time. */
const newestFirst = (/** @type {Checkin} */ left, /** @type {Checkin} */ right) => {
  const [a, b] = [timeOf(left), timeOf(right)]
  if (a !== b) return a < b ? 1 : -1
  return left.id < right.id ? 1 : -1
}

/**
 * Records known so far, with others laid into them.
 *
 * @param {Checkin[]} known
 * @param {Checkin[]} news In the order in which the server said them.
 * @param {string} user_id Whose records these are; those of other people are left out.
 * @returns {Checkin[]} Newest first.
 */
const merge = (known, news, user_id) => {
  /** @type {Map<string, Checkin>} */
  const by_id = new Map()
  for (const checkin of [...known, ...news]) {
    const before = by_id.get(checkin.id)
    if (checkin.user_id === user_id && !(before && before.revision > checkin.revision)) by_id.set(checkin.id, checkin)
  }
  return [...by_id.values()].sort(newestFirst)
}

/**
 * What of the queue is still to be shown beside the records: not what the server has answered already, not twice, and
 * not what staff sent for other people.
 *
 * @param {Checkin[]} checkins
 * @param {Queued[]} queued
 * @returns {Queued[]} Newest first.
 */
const overlay = (checkins, queued) => {
  const answered = new Set(checkins.map((checkin) => checkin.attempt_id))
  const shown = new Map(queued
    .filter((one) => one.attempt.method !== 'staff' && !answered.has(one.attempt.attempt_id))
    .map((one) => [one.attempt.attempt_id, one]))
  return [...shown.values()].sort((left, right) => right.queued_at - left.queued_at)
}

module.exports = { merge, overlay }

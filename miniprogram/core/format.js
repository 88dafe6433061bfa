/** Times as people say them, in the phone's own zone unless an activity's offset is given. Pure. */

const { parseTime } = require('./time')

const two = (/** @type {number} */ value) => String(value).padStart(2, '0')

const clock = (/** @type {Date} */ at) => `${two(at.getHours())}:${two(at.getMinutes())}`

const dayOf = (/** @type {Date} */ at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()

/**
 * A moment, such as 今天 09:30, 明天 14:00, 3月5日 08:00, and with the year where it is another one.
 *
 * @param {string | null | undefined} text RFC 3339; empty text for nothing.
 * @param {number} now Milliseconds since 1970.
 * @param {{ today: string, tomorrow: string, yesterday: string }} words
 */
const moment = (text, now, words) => {
  const found = parseTime(text)
  if (Number.isNaN(found)) return ''
  const at = new Date(found)
  const today = new Date(now)
  const days = Math.round((dayOf(at) - dayOf(today)) / 86400000)
  const named = { '-1': words.yesterday, 0: words.today, 1: words.tomorrow }[days]
  if (named) return `${named} ${clock(at)}`
  const date = `${at.getMonth() + 1}月${at.getDate()}日`
  return at.getFullYear() === today.getFullYear() ? `${date} ${clock(at)}` : `${at.getFullYear()}年${date} ${clock(at)}`
}

/**
 * From one moment to another, such as 今天 09:30 – 11:30.
 *
 * @param {string} from
 * @param {string} to
 * @param {number} now
 * @param {{ today: string, tomorrow: string, yesterday: string }} words
 */
const span = (from, to, now, words) => {
  const [start, end] = [new Date(parseTime(from)), new Date(parseTime(to))]
  const last = dayOf(start) === dayOf(end) ? clock(end) : moment(to, now, words)
  return `${moment(from, now, words)} – ${last}`
}

module.exports = { moment, span, clock }

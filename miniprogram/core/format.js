/** Times as people say them, in the phone's own zone unless an activity's offset is given. Pure. */

const { parseTime } = require('./time')

const two = (/** @type {number} */ value) => String(value).padStart(2, '0')

const clock = (/** @type {Date} */ at) => `${two(at.getHours())}:${two(at.getMinutes())}`

const dayOf = (/** @type {Date} */ at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()

/** @typedef {{ today: string, tomorrow: string, yesterday: string, date: (month: number, day: number) => string, dateOf: (year: number, month: number, day: number) => string }} Words */

/**
 * A moment, such as 今天 09:30, 明天 14:00, 3月5日 08:00, and with the year where it is another one.
 *
 * @param {string | null | undefined} text RFC 3339; empty text for nothing.
 * @param {number} now Milliseconds since 1970.
 * @param {Words} words
 */
const moment = (text, now, words) => {
  const found = parseTime(text)
  if (Number.isNaN(found)) return ''
  const at = new Date(found)
  const today = new Date(now)
  const days = Math.round((dayOf(at) - dayOf(today)) / 86400000)
  const named = { '-1': words.yesterday, 0: words.today, 1: words.tomorrow }[days]
  if (named) return `${named} ${clock(at)}`
  const [year, month, day] = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
  return `${year === today.getFullYear() ? words.date(month, day) : words.dateOf(year, month, day)} ${clock(at)}`
}

/**
 * From one moment to another, such as 今天 09:30 – 11:30.
 *
 * @param {string} from
 * @param {string} to
 * @param {number} now
 * @param {Words} words
 */
const span = (from, to, now, words) => {
  const [start, end] = [new Date(parseTime(from)), new Date(parseTime(to))]
  const last = dayOf(start) === dayOf(end) ? clock(end) : moment(to, now, words)
  return `${moment(from, now, words)} – ${last}`
}

module.exports = { moment, span, clock }

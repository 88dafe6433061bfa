/** Times as people say them, in the phone's own zone unless an activity's offset is given. Pure. */

const { parseTime } = require('./time')

const two = (/** @type {number} */ value) => String(value).padStart(2, '0')

const clock = (/** @type {Date} */ at) => `${two(at.getHours())}:${two(at.getMinutes())}`

/** A day as pickers take it, such as 2026-03-05. */
const dateOf = (/** @type {Date} */ at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`

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

const JOINER = 0x200d
/** Skin tones, variation selectors, keycaps, accents and the letters of subdivision flags: nothing without what they follow. */
const FOLLOWS = /** @type {[number, number][]} */ ([[0x300, 0x36f], [0x20e3, 0x20e3], [0xfe00, 0xfe0f], [0x1f3fb, 0x1f3ff], [0xe0020, 0xe007f]])

const follows = (/** @type {number} */ point) => FOLLOWS.some(([first, last]) => point >= first && point <= last)
const isRegional = (/** @type {number} */ point) => point >= 0x1f1e6 && point <= 0x1f1ff

/**
 * What a person sees as the first character of a name, an emoji of several code points too; empty of an empty one.
 *
 * @param {string} name
 */
const initial = (name) => {
  const points = Array.from(name, (character) => character.codePointAt(0) || 0)
  let end = isRegional(points[0]) && isRegional(points[1]) ? 2 : 1
  while (follows(points[end]) || points[end] === JOINER || points[end - 1] === JOINER) end += 1
  return String.fromCodePoint(...points.slice(0, end))
}

module.exports = { moment, span, clock, dateOf, initial }

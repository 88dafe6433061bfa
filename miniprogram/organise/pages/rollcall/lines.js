/** A roll call as lines: by group, or as the printed list has them. Pure. */

const { moment } = require('../../../core/format')
const texts = require('../../../texts/index')
const { isOpen, standingOf } = require('./people')

const t = texts.rollcall
const TONES = /** @type {Record<string, string>} */ ({
  present: 'good', checked_in: 'good', late: 'wait', pending_review: 'wait', provisional: 'wait', leave: 'brand', absent: 'bad', refused: 'bad',
})
const METHODS = /** @type {Record<string, string>} */ (texts.methods)

/** By whom they count as what they do: staff, or how they came. */
const howOf = (/** @type {Called} */ { row, mark }, /** @type {number} */ now) => {
  if (mark) return [t.marked]
  if (!row || !row.status) return [row && row.answer === 'leave' ? t.ownLeave : '']
  return [moment(row.checked_in_at, now, texts.common), METHODS[row.method || ''], row.gate]
}

const tailOf = (/** @type {Called} */ { phone_tail }) => (phone_tail ? t.tail(phone_tail) : '')

/**
 * @param {Called} one
 * @param {{ place?: number, self: string, now: number, is_paper: boolean }} how
 */
const lineOf = (one, { place = 0, self, now, is_paper }) => {
  const is_self = one.user_id === self
  return {
    id: one.id,
    is_head: false,
    place,
    name: one.name || texts.organise.people.unnamed,
    about: (is_paper ? [one.group, one.number] : [one.number, tailOf(one), ...howOf(one, now)]).filter(Boolean).join(' · '),
    tag: t.standings[standingOf(one)],
    tone: TONES[standingOf(one)] || '',
    note: is_self ? t.self : one.problem,
    is_self,
    is_open: isOpen(one) && !is_self,
    is_on: false,
  }
}

const headOf = (/** @type {string} */ key, /** @type {string} */ name, /** @type {Called[]} */ people, /** @type {string} */ self) => {
  const open = people.filter((one) => isOpen(one) && one.user_id !== self)
  return { id: `head ${key}`, is_head: true, name, count: t.waiting(open.length, people.length), can_tick: open.length > 0, is_on: false }
}

/** In the order of the roster, who is in no group last, and who is not on it after them. */
const grouped = (/** @type {Called[]} */ people) => {
  /** @type {Map<string, Called[]>} */
  const groups = new Map()
  people.forEach((one) => {
    const key = one.is_listed ? `group ${one.group}` : one.kind === 'guest' ? 'guest' : 'person'
    const known = groups.get(key)
    if (known) known.push(one)
    else groups.set(key, [one])
  })
  const last = ['group ', 'guest', 'person']
  const rank = (/** @type {string} */ key) => last.indexOf(key)
  return [...groups.entries()].sort(([one], [other]) => rank(one) - rank(other))
}

const nameOf = (/** @type {string} */ key, /** @type {boolean} */ is_alone) => {
  if (key === 'guest' || key === 'person') return t.unlisted[key]
  return key.slice('group '.length) || (is_alone ? t.everybody : t.noGroup)
}

/**
 * Without ticks.
 *
 * @param {{ one: Called, place: number }[]} shown
 * @param {{ is_paper: boolean, self: string, now: number }} how
 * @returns {any[]}
 */
const linesOf = (shown, { is_paper, self, now }) => {
  const line = (/** @type {Called} */ one, place = 0) => lineOf(one, { place, self, now, is_paper })
  if (is_paper) return shown.map(({ one, place }) => line(one, place))
  const groups = grouped(shown.map(({ one }) => one))
  const is_alone = groups.length === 1
  return groups.flatMap(([key, people]) => [headOf(key, nameOf(key, is_alone), people, self), ...people.map((one) => line(one))])
}

/** Whom a tick at a head is about: those below it by whom nothing is decided yet. */
const below = (/** @type {any[]} */ lines, /** @type {number} */ head) => {
  const end = lines.findIndex(({ is_head }, index) => is_head && index > head)
  return lines.slice(head + 1, end < 0 ? undefined : end).filter(({ is_open }) => is_open).map(({ id }) => id)
}

/**
 * Lines with ticks; one that looks as before is the same object.
 *
 * @param {any[]} lines
 * @param {Set<string>} chosen
 */
const withTicks = (lines, chosen) => {
  let is_whole = true
  const ticked = [...lines].reverse().map((line) => {
    const is_on = line.is_head ? line.can_tick && is_whole : chosen.has(line.id)
    is_whole = line.is_head || (is_whole && (is_on || !line.is_open))
    return is_on === line.is_on ? line : { ...line, is_on }
  })
  return ticked.reverse()
}

module.exports = { below, linesOf, withTicks }

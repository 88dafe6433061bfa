/** Who is in a roll call, and where each of them stands. Pure. */

const { isNamedLike } = require('../../../core/name_search')

/** By whom nothing is decided yet: a whole group is ticked by these. */
const OPEN = ['', 'pending_review', 'provisional', 'refused', 'absent']

/** What a list is narrowed to, in the order of the page. */
const STANDINGS = ['open', 'came', 'late', 'leave', 'absent', 'others']

/** Whom the server is told of. */
const markedOf = (/** @type {Called} */ { kind, entry_id, user_id }) => {
  if (kind === 'guest') return { guest_id: user_id }
  return entry_id ? { roster_entry_id: entry_id } : { user_id }
}

const called = (/** @type {Expected} */ one, /** @type {ActivityPerson | null} */ row, /** @type {boolean} */ is_listed) =>
  ({ ...one, id: one.entry_id || one.user_id, is_listed, row, mark: (row && row.mark) || null, problem: '' })

/** Somebody who came without being expected. */
const stranger = (/** @type {ActivityPerson} */ row) => called({
  kind: 'person', user_id: row.user_id, entry_id: null, name: row.name, number: row.number, phone_tail: '', group: row.group,
}, row, false)

/** What is known of each: once by their entry, else by whom they sign in as. */
const rowsOf = (/** @type {ActivityPerson[]} */ tried) => {
  const rows = new Map(tried.map((row) => [row.user_id, row]))
  tried.forEach((row) => { if (row.entry_id) rows.set(row.entry_id, row) })
  return (/** @type {Expected} */ { entry_id, user_id }) => rows.get(entry_id || '') || rows.get(user_id) || null
}

/**
 * Everybody: who is expected in the order of the roster, and after them who came all the same.
 *
 * @param {Expected[]} expected
 * @param {ActivityPerson[]} tried The last of one person counts.
 * @returns {Called[]}
 */
const everybody = (expected, tried) => {
  const rowOf = rowsOf(tried)
  const listed = expected.map((one) => called(one, rowOf(one), one.kind !== 'guest'))
  const known = new Set(listed.map(({ row }) => row))
  const others = new Map(tried.map((row) => [row.user_id, row]))
  return [...listed, ...[...others.values()].filter((row) => !known.has(row) && !row.is_listed).map(stranger)]
}

/** Whether the server holds a seat or a mark of theirs; what touches only the unset leaves them alone. */
const isSet = (/** @type {Called} */ { row, mark }) => Boolean(mark) || !OPEN.includes((row && row.status) || '')

/**
 * Where somebody stands, the word of staff over everything else.
 *
 * @param {Called} one
 * @returns {string} A mark, a status, leave that they asked for, or nothing.
 */
const standingOf = ({ row, mark }) => {
  if (mark) return mark
  if (!row || !row.status) return row && row.answer === 'leave' ? 'leave' : ''
  return row.status === 'checked_in' && row.punctuality === 'late' ? 'late' : row.status
}

/**
 * Who is still chosen once more is known: whoever came or was marked meanwhile is not.
 *
 * @param {Set<string>} chosen
 * @param {Called[]} before
 * @param {Called[]} now
 */
const stillChosen = (chosen, before, now) => {
  const open = new Set(before.filter((one) => !isSet(one)).map(({ id }) => id))
  return new Set(now.filter((one) => chosen.has(one.id) && !(open.has(one.id) && isSet(one))).map(({ id }) => id))
}

const GROUPS = /** @type {Record<string, string>} */ ({ present: 'came', checked_in: 'came', late: 'late', leave: 'leave', absent: 'absent' })

/** Which of `STANDINGS` somebody is counted as. */
const countedAs = (/** @type {Called} */ one) => GROUPS[standingOf(one)] || 'open'

/** @returns {Record<string, number>} How many there are of each, and of all who are expected. */
const countsOf = (/** @type {Called[]} */ people) => {
  const counts = Object.fromEntries(['all', ...STANDINGS].map((name) => [name, 0]))
  people.forEach((one) => {
    counts.all += 1
    counts[countedAs(one)] += 1
    if (!one.is_listed) counts.others += 1
  })
  return counts
}

/** Whether a whole group is ticked with them: nothing is said of them, nor have they said themselves that they do not come. */
const isOpen = (/** @type {Called} */ one) => !isSet(one) && standingOf(one) !== 'leave'

/** On paper a short number is that of a line. */
const LINE_DIGITS = /^\d{1,2}$/

const isFound = (/** @type {Called} */ { name, number, phone_tail }, /** @type {number} */ place, /** @type {string} */ q, /** @type {boolean} */ is_paper) => {
  if (is_paper && String(place) === q) return true
  if (is_paper && LINE_DIGITS.test(q)) return false
  return isNamedLike(name, q) || number.includes(q) || phone_tail === q
}

/** Who is on the printed list in its order, that of the server: groups as the roster begins with them; then everybody else. */
const asPrinted = (/** @type {Called[]} */ people) => {
  const listed = people.filter(({ is_listed }) => is_listed)
  const first = new Map([...new Set(listed.map(({ group }) => group))].map((group, index) => [group, index]))
  const place = (/** @type {Called} */ { group }) => first.get(group) || 0
  return [...listed.sort((one, other) => place(one) - place(other)), ...people.filter(({ is_listed }) => !is_listed)]
}

/**
 * Those of a list that are shown.
 *
 * @param {Called[]} people
 * @param {{ q: string, standing: string, group: string | null, is_paper: boolean }} filter
 * @returns {{ one: Called, place: number }[]} `place`: which number they have on paper, from 1; 0 of who is not on it.
 */
const shownOf = (people, { q, standing, group, is_paper }) => asPrinted(people)
  .filter((one) => group === null || (one.group === group && one.is_listed))
  .map((one, index) => ({ one, place: one.is_listed ? index + 1 : 0 }))
  .filter(({ one }) => !standing || (standing === 'others' ? !one.is_listed : countedAs(one) === standing))
  .filter(({ one, place }) => !q || isFound(one, place, q, is_paper))

module.exports = { STANDINGS, countedAs, countsOf, everybody, isOpen, isSet, markedOf, shownOf, standingOf, stillChosen }

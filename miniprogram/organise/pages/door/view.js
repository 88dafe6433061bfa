/** What staff see of somebody at the door, before and after they let them in. Pure. */

const { moment } = require('../../../core/format')
const texts = require('../../../texts/index')

const t = texts.door
const TAIL = 4
/** How much of a number is shown says the server; a tail is the end of a phone. */
const aboutOf = (/** @type {DoorPerson} */ { kind, number, phone_tail }) =>
  [t.kinds[kind], number, phone_tail && phone_tail.length === TAIL ? t.tail(phone_tail) : ''].filter(Boolean).join(' · ')

/** Somebody, as large as their name is long. */
const personOf = (/** @type {DoorPerson | null} */ person) => ({
  name: (person && person.name) || t.unnamed,
  group: person ? person.group : '',
  about: person ? aboutOf(person) : '',
  extra: person ? person.extra : [],
})

const byOf = (/** @type {Held} */ { by, is_here, method }) => {
  if (is_here) return t.byHere
  if (by) return t.by(by)
  return method && method !== 'staff' ? t.bySelf : t.byStaff
}

/** When, at which gate, and who let them in. */
const heldText = (/** @type {Held | null} */ held, /** @type {number} */ now) =>
  (held ? t.held(moment(held.checked_in_at, now, texts.common), held.gate || '', byOf(held)) : '')

/** A reason in the words of staff: what it is, and what to do. */
const faultText = (/** @type {Reason & { message?: string }} */ fault) => {
  const known = t.faults[fault.reason]
  const { why, much, what } = texts.explain(fault)
  if (known) return { title: known.title, hint: [much, known.hint].filter(Boolean).join('。') }
  return fault.reason && texts.reasons[fault.reason] ? { title: why, hint: what } : { title: fault.message || why, hint: '' }
}

/**
 * How letting somebody in looks: `can` yes (one tap), anyway (staff may), no. `tag` and `hint` say why.
 *
 * @typedef {{ tone: string, tag: string, hint: string, can: 'yes' | 'anyway' | 'no', act: string }} Verdict
 */

/** @returns {Verdict} */
const coming = (/** @type {DoorLook} */ look, /** @type {number} */ now, /** @type {boolean} */ is_once) => {
  const when = heldText(look.held, now)
  if (!look.held && look.is_pending) return { tone: 'wait', tag: t.review, hint: t.pending, can: 'anyway', act: t.anyway.in }
  if (!look.held) return { tone: 'good', tag: look.is_here && !look.person ? '' : t.first, hint: '', can: 'yes', act: t.letIn.in }
  if (look.is_inside) return { tone: 'wait', tag: t.inside, hint: when, can: 'no', act: '' }
  if (is_once) return { tone: 'bad', tag: t.once, hint: t.onceHint, can: 'no', act: '' }
  const hint = [t.left(moment(look.left_at, now, texts.common)), when].join('；')
  return { tone: 'good', tag: t.again(look.passes + 1), hint, can: 'yes', act: t.letInAgain.in }
}

/** @returns {Verdict} */
const going = (/** @type {DoorLook} */ look, /** @type {number} */ now) => {
  const when = heldText(look.held, now)
  if (look.is_inside) return { tone: 'good', tag: t.inside, hint: when, can: 'yes', act: t.letIn.out }
  if (look.held) return { tone: 'wait', tag: t.gone, hint: t.left(moment(look.left_at, now, texts.common)), can: 'no', act: '' }
  return { tone: 'wait', tag: t.notCome, hint: t.notComeHint, can: 'anyway', act: t.anyway.out }
}

/**
 * What staff may do with somebody.
 *
 * @param {DoorLook} look
 * @param {Direction} direction
 * @param {{ now: number, is_once: boolean, is_clock_known: boolean }} at
 * @returns {Verdict}
 */
const verdictOf = (look, direction, { now, is_once, is_clock_known }) => {
  if (look.fault) {
    const { title, hint } = faultText(look.fault)
    const is_of_time = ['PERSON_CODE_EXPIRED', 'PERSON_CODE_FUTURE'].includes(look.fault.reason)
    return { tone: 'bad', tag: title, hint: is_of_time && !is_clock_known ? `${hint}。${t.clockDoubt}` : hint, can: 'no', act: '' }
  }
  const found = direction === 'in' ? coming(look, now, is_once) : going(look, now)
  if (!look.person && look.is_here && found.can === 'yes' && !look.held) return { tone: 'wait', tag: t.unknownHere, hint: t.unknownHereHint, can: 'anyway', act: t.anyway[direction] }
  return found
}

/** What else there is to be known of them. */
const notesOf = (/** @type {DoorLook} */ look) => [
  look.is_pending && look.held ? t.pending : '',
  look.mark ? t.marked(t.marks[look.mark] || look.mark) : '',
  look.person && !look.person.name ? t.unknown : '',
].filter(Boolean)

/**
 * A card of somebody who stands there.
 *
 * @param {DoorLook} look
 * @param {Direction} direction
 * @param {{ now: number, is_once: boolean, is_clock_known: boolean }} at
 * @param {boolean} is_checking Whether the server is still being asked.
 */
const cardOf = (look, direction, at, is_checking) => {
  const verdict = verdictOf(look, direction, at)
  return { ...personOf(look.person), ...verdict, notes: notesOf(look), is_checking, is_here: look.is_here && !is_checking, is_known: Boolean(look.person) || !look.fault }
}

const TITLES = /** @type {Record<string, string>} */ ({ pending_review: t.review, provisional: t.provisional })

/** @returns {{ tone: string, title: string, hint: string }} */
const judged = (/** @type {DoorAnswer} */ answer, /** @type {Direction} */ direction, /** @type {number} */ now) => {
  const { outcome, held, reasons, message } = answer
  const told = reasons.filter(({ reason }) => t.faults[reason] || texts.reasons[reason])
  const [first] = told
  const again = reasons.find(({ reason }) => reason === 'ENTERED_AGAIN')
  if (outcome === 'accepted') return { tone: 'good', title: t.done[direction], hint: '' }
  if (again) return { tone: 'good', title: t.doneAgain, hint: texts.explain(again).much }
  if (outcome === 'duplicate' || outcome === 'superseded') {
    const refused = reasons.find(({ reason }) => reason !== 'ALREADY_CHECKED_IN' && t.faults[reason])
    if (refused) return { tone: 'bad', ...faultText(refused) }
    return { tone: 'wait', title: direction === 'in' ? t.inside : t.gone, hint: heldText(held, now) }
  }
  if (outcome && TITLES[outcome]) return { tone: 'wait', title: TITLES[outcome], hint: first ? faultText(first).title : '' }
  const found = first ? faultText(first) : { title: t.refusedNow, hint: '' }
  return { tone: 'bad', title: found.title, hint: found.hint || message }
}

/**
 * What came of letting somebody in.
 *
 * @param {DoorLook} look
 * @param {DoorAnswer} answer
 * @param {Direction} direction
 * @param {number} now
 */
const resultOf = (look, answer, direction, now) => {
  const person = personOf(look.person)
  if (answer.kept === 'memory') return { ...person, tone: 'wait', title: t.saved[direction], hint: t.memory }
  if (answer.kept) return { ...person, tone: look.person ? 'good' : 'wait', title: t.saved[direction], hint: t.savedHint }
  return { ...person, ...judged(answer, direction, now) }
}

/** What was read and is nobody. */
const readingResult = (/** @type {string} */ kind) => ({ tone: 'bad', name: '', group: '', about: '', extra: [], ...(t.readings[kind] || t.readings.other) })

/** A row of somebody who was found. */
const rowOf = (/** @type {DoorPerson} */ person) => ({ id: person.user_id, name: person.name || t.unnamed, group: person.group, about: aboutOf(person) })

module.exports = { cardOf, verdictOf, resultOf, readingResult, rowOf, heldText, faultText }

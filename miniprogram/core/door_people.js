/** Whom a phone at a door has with it, and how they are found without a network. Pure. */

const { LENGTH_OF_ENTRY } = require('./code')
const { isNamedLike } = require('./name_search')

const MOST_FOUND = 20
const TAIL = /^\d{4}$/
const HAN = /[\u3400-\u9fff]/
const FEWEST_HAN = 2
const FEWEST = 3

/** @typedef {{ all: DoorPerson[], by_id: Map<string, DoorPerson>, by_code: Map<string, DoorPerson> }} People */

const codeOf = (/** @type {string} */ text) => text.replace('-', '').slice(-LENGTH_OF_ENTRY)

/**
 * People by every way in which staff mean them.
 *
 * @param {DoorPerson[]} all
 * @returns {People}
 */
const peopleOf = (all) => ({
  all,
  by_id: new Map(all.flatMap((one) => [[one.user_id, one], [one.entry_id || one.user_id, one]])),
  by_code: new Map(all.filter((one) => one.entry_code).map((one) => [codeOf(one.entry_code), one])),
})

/**
 * Whom staff mean, of those that are known here.
 *
 * @param {People} people
 * @param {any} who
 * @param {string} [shown_by] The user whom a personal code names.
 * @returns {DoorPerson | null}
 */
const meant = ({ by_id, by_code }, who, shown_by) => {
  if (who.entry_code) return by_code.get(codeOf(who.entry_code)) || null
  if (who.guest) return by_id.get(guestId(who.guest.id)) || guestOf(who.guest)
  return by_id.get(shown_by || who.roster_entry_id || who.user_id) || null
}

const VERSION_AT = 14

/** The id by which a guest is known, of what a phone made; as `domainkit/guest_ids.py`. */
const guestId = (/** @type {string} */ made) => `${made.slice(0, VERSION_AT)}8${made.slice(VERSION_AT + 1)}`

/** A guest as staff see them. @returns {DoorPerson} */
const guestOf = (/** @type {Guest} */ { id, name, phone_tail }) =>
  ({ kind: 'guest', user_id: guestId(id), entry_id: null, name, number: '', phone_tail, group: '', extra: [], entry_code: '' })

/** How staff mean somebody who was found. @returns {DoorWay} */
const wayTo = (/** @type {DoorPerson} */ { kind, user_id, entry_id, name, phone_tail }) => {
  if (kind === 'guest') return { guest: { id: user_id, name, phone_tail } }
  return entry_id ? { roster_entry_id: entry_id } : { user_id }
}

/** Whether somebody can be looked for by it: part of a name, a number, or four digits of a phone. */
const isSearchable = (/** @type {string} */ q) => TAIL.test(q) || [...q].length >= (HAN.test(q) ? FEWEST_HAN : FEWEST)

/**
 * Who is found by part of a name, or by the last four digits of a phone.
 *
 * @param {People} people
 * @param {string} q
 */
const search = ({ all }, q) => all
  .filter((one) => (TAIL.test(q) ? one.phone_tail === q : isNamedLike(one.name, q)))
  .slice(0, MOST_FOUND)

module.exports = { peopleOf, meant, wayTo, isSearchable, search }

/**
 * One activity's people and what this phone did at its door: in memory, and on the shelf. Erased when the activity ends, when
 * the server says so, with the sign-out, and when the person is no longer staff.
 */

const { standing } = require('../core/door_log')
const { peopleOf } = require('../core/door_people')

const PEOPLE_AT_ONCE = 300
const ENTRIES_AT_ONCE = 100
const HEAD = 'head'

/** @typedef {import('../core/door_log').Entry} Entry */
/** `stamp` names the pieces of one reading. @typedef {{ activity: Activity, prepared_at: number, stamp: string }} Head */

const chunks = (/** @type {any[]} */ items, /** @type {number} */ size) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const numberOf = (/** @type {{ piece: string }} */ { piece }) => Number(piece.split('-').pop())

/**
 * @param {string} activity_id
 * @param {import('./door_shelf').DoorShelf} shelf
 */
const createDoorMemory = (activity_id, shelf) => {
  /** @type {Head | null} */
  let head = null
  let until = 0
  let people = peopleOf([])
  /** @type {Entry[]} */
  let log = []
  /** What the server said of people, and how much of the log there was then. */
  const told = new Map()
  /** One write after the other; a new generation ends those before. */
  let generation = 0
  let writing = Promise.resolve(true)

  const write = (/** @type {string} */ piece, /** @type {unknown} */ value) => {
    const wanted = generation
    writing = writing.then(() => wanted !== generation || shelf.write(activity_id, until, piece, value, () => wanted === generation))
    return writing
  }

  const readAll = async (/** @type {string} */ name) => {
    const found = shelf.pieces(activity_id).filter(({ piece }) => piece.startsWith(`${name}-`)).sort((left, right) => numberOf(left) - numberOf(right))
    return (await Promise.all(found.map(shelf.read))).flatMap((piece) => piece || [])
  }

  /** What is on the shelf, if anything. */
  const load = async () => {
    const found = shelf.pieces(activity_id).find(({ piece }) => piece === HEAD)
    const said = /** @type {Head | null} */ (found ? await shelf.read(found) : null)
    if (!found || !said) return
    until = found.until
    people = peopleOf(await readAll(`people-${said.stamp}`))
    log = await readAll('log')
    head = said
  }

  const keepLog = () => {
    const last = Math.floor((log.length - 1) / ENTRIES_AT_ONCE)
    return write(`log-${last}`, log.slice(last * ENTRIES_AT_ONCE))
  }

  /** Takes a whole reading in the place of the one before: the head names it once all of it is there. */
  const take = async (/** @type {Activity} */ activity, /** @type {DoorPerson[]} */ all, /** @type {number} */ next_until, /** @type {number} */ now) => {
    head = { activity, prepared_at: now, stamp: String(now) }
    until = next_until
    // Guests whom this phone made, and the server does not know yet, stay.
    const made = people.all.filter((one) => one.kind === 'guest' && !all.some((other) => other.user_id === one.user_id))
    people = peopleOf([...all, ...made])
    const { stamp } = head
    const parts = chunks(people.all, PEOPLE_AT_ONCE).map((part, index) => write(`people-${stamp}-${index}`, part))
    const kept = chunks(log, ENTRIES_AT_ONCE).map((part, index) => write(`log-${index}`, part))
    const is_kept = (await Promise.all([...parts, ...kept, write(HEAD, head)])).every(Boolean)
    shelf.erase(activity_id, (piece) => piece.startsWith('people-') && !piece.startsWith(`people-${stamp}-`))
    return is_kept
  }

  const of = (/** @type {string} */ id) => log.filter((one) => one.id === id)

  return {
    load,
    take,
    /** Everything of it goes; with it what is being written. */
    erase() {
      generation += 1
      head = null
      people = peopleOf([])
      log = []
      told.clear()
      shelf.erase(activity_id)
    },
    head: () => head,
    until: () => until,
    people: () => people,
    log: () => log,
    /** Where somebody stands, as far as this phone knows. */
    standing: (/** @type {string} */ id) => {
      const said = told.get(id)
      return said ? standing(of(id).slice(said.known), said.standing) : standing(of(id))
    },
    /** What the server says of somebody lies under what happens here from now on. */
    hear(/** @type {string} */ id, /** @type {import('../core/door_log').Standing} */ { held, is_inside, left_at, passes }) {
      told.set(id, { known: of(id).length, standing: { held, is_inside, left_at, passes } })
    },
    add(/** @type {Entry} */ entry) {
      log = [...log, entry]
      if (head) keepLog()
    },
    /** Somebody who is on no list, as this phone will find them again. */
    meet(/** @type {DoorPerson} */ person) {
      if (!people.by_id.has(person.user_id)) people = peopleOf([...people.all, person])
    },
    /** Notes what the server did not take. */
    spoil(/** @type {Map<string, string>} */ problems) {
      log = log.map((one) => (problems.has(one.attempt_id) ? { ...one, problem: problems.get(one.attempt_id) } : one))
    },
  }
}

/** @typedef {ReturnType<typeof createDoorMemory>} DoorMemory */

module.exports = { createDoorMemory }

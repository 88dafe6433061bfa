/** What this phone did at a door, by which it knows who came while there is no network. Pure. */

/**
 * Somebody whom this phone let in or out. `problem`: the server did not take it.
 *
 * @typedef {{ attempt_id: string, id: string, name: string, at: string, gate: string, direction: Direction, problem?: string }} Entry
 * @typedef {Pick<DoorLook, 'held' | 'is_inside' | 'left_at' | 'passes'>} Standing
 */

/** @type {Standing} */
const NOBODY = { held: null, is_inside: false, left_at: null, passes: 0 }

const after = (/** @type {Standing} */ before, /** @type {Entry} */ { at, gate, direction }) => {
  if (direction === 'out') return { ...before, is_inside: false, left_at: at }
  const held = before.held || { checked_in_at: at, gate: gate || null, by: null, is_here: true }
  return { held, is_inside: true, left_at: null, passes: before.passes + (before.is_inside ? 0 : 1) }
}

/**
 * Where somebody stands, as this phone knows it.
 *
 * @param {Entry[]} entries Of theirs, oldest first.
 * @param {Standing} [told] What the server said before all of them.
 * @returns {Standing}
 */
const standing = (entries, told = NOBODY) => entries.filter((one) => !one.problem).reduce(after, told)

module.exports = { standing }

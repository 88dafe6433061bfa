/** How long to wait before the next try. */

const FIRST_MS = 2000
const LONGEST_MS = 300000

/**
 * Doubles from 2 s to 5 min, and is spread over the upper half so that a room of phones does not come back at once.
 *
 * @param {number} tries How many have failed; at least 1.
 * @param {number} chance From 0 to 1, random.
 * @param {number} [asked_s] What the server asked for; never less than that.
 */
const backoffMs = (tries, chance, asked_s = 0) => {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10))
  return Math.max(Math.round(full * (0.5 + chance / 2)), asked_s * 1000)
}

module.exports = { backoffMs }

/** A list of any length in pieces, of which only those near the screen are drawn. Pure. */

const SIZE = 20
/** A line before it was measured. */
const LINE_PX = 68
/** So many screens above and below are drawn, too. */
const AHEAD = 1.5

/**
 * @template T
 * @param {T[]} lines
 * @returns {T[][]}
 */
const chunksOf = (lines) => Array.from({ length: Math.ceil(lines.length / SIZE) }, (_, index) => lines.slice(index * SIZE, (index + 1) * SIZE))

/** Which one of all a line of a piece is. */
const indexOf = (/** @type {number} */ chunk, /** @type {number} */ line) => chunk * SIZE + line

/** Whether a piece has as many lines as another, and begins with the same. */
const isLike = (/** @type {{ id: string }[]} */ piece, /** @type {{ id: string }[] | undefined} */ other) =>
  Boolean(other && other.length === piece.length && other[0].id === piece[0].id)

const guess = (/** @type {number} */ lines) => lines * LINE_PX

/**
 * The pieces near the screen.
 *
 * @param {number[]} heights Of all of them.
 * @param {number} top How far the list's own beginning is above that of the screen; negative while it is below.
 * @param {number} screen
 * @returns {{ from: number, to: number }} `to` is not among them.
 */
const nearby = (heights, top, screen) => {
  const [first, last] = [top - AHEAD * screen, top + (1 + AHEAD) * screen]
  let [at, from, to] = [0, heights.length, 0]
  heights.forEach((height, index) => {
    if (at + height >= first && at <= last) [from, to] = [Math.min(from, index), index + 1]
    at += height
  })
  return { from: Math.min(from, to), to }
}

module.exports = { chunksOf, guess, indexOf, isLike, nearby }

/** Versions such as 1.10.2. */

const numbers = (/** @type {string} */ version) => version.split('.').map((part) => parseInt(part, 10) || 0)

/**
 * Whether a version comes before another.
 *
 * @param {string} version
 * @param {string} other
 */
const isBefore = (version, other) => {
  const [left, right] = [numbers(version), numbers(other)]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] || 0) - (right[index] || 0)
    if (difference) return difference < 0
  }
  return false
}

module.exports = { isBefore }

/** Times of the wire and of the phone. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/**
 * Milliseconds since 1970 of an RFC 3339 time; NaN for anything else. `Date.parse` of old phones refuses microseconds.
 *
 * @param {string | null | undefined} text
 */
const parseTime = (text) => {
  const parts = RFC3339.exec(text || '')
  if (!parts) return NaN
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number)
  const milliseconds = Number((parts[7] || '0').padEnd(3, '0').slice(0, 3))
  const offset_min = parts[8] ? (Number(parts[9]) * 60 + Number(parts[10])) * (parts[8] === '-' ? -1 : 1) : 0
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset_min * 60000
}

/**
 * A time for the wire.
 *
 * @param {number} at Milliseconds since 1970.
 */
const toRfc3339 = (at) => new Date(at).toISOString()

/**
 * How long ago something was; Infinity when the clock has been set back since, for then nobody knows.
 *
 * @param {number} at Milliseconds since 1970.
 * @param {number} now
 */
const since = (at, now) => (now < at ? Infinity : now - at)

/**
 * A promise for later.
 *
 * @param {number} delay_ms
 * @returns {Promise<void>}
 */
const later = (delay_ms) => new Promise((resolve) => { setTimeout(resolve, delay_ms) })

/**
 * What a promise gives, or null when it takes too long or fails; the promise itself goes on.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} patience_ms
 * @returns {Promise<T | null>}
 */
const within = (promise, patience_ms) => new Promise((resolve) => {
  const timer = setTimeout(() => resolve(null), patience_ms)
  const end = (/** @type {T | null} */ value) => {
    clearTimeout(timer)
    resolve(value)
  }
  promise.then(end, () => end(null))
})

module.exports = { parseTime, toRfc3339, since, later, within }

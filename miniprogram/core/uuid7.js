/** Ids that are made on the phone. */

const { toId } = require('./bytes')

/**
 * A UUIDv7.
 *
 * @param {number} now_ms Milliseconds since 1970.
 * @param {Uint8Array} random At least 10 random bytes.
 *
 * Source: RFC 9562, section 5.7.
 */
const uuid7 = (now_ms, random) => {
  const bytes = new Uint8Array(16)
  // 48 bits do not fit into the bit operators of JavaScript, so the time is taken apart by division.
  for (let index = 5, rest = now_ms; index >= 0; index -= 1, rest = Math.floor(rest / 256)) bytes[index] = rest % 256
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return toId(bytes)
}

module.exports = { uuid7 }

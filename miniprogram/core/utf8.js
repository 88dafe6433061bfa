/** Bytes that come in pieces, as text: a character may lie over the border of two pieces. */

/** How many bytes a character has, by its first one; 1 for a byte that begins none. */
const lengthOf = (/** @type {number} */ byte) => {
  if (byte >= 0xf0) return 4
  if (byte >= 0xe0) return 3
  return byte >= 0xc0 ? 2 : 1
}

/** Where the last, unfinished character begins; the length where all are whole. */
const wholeUntil = (/** @type {Uint8Array} */ bytes) => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]
    if (byte >= 0xc0) return lengthOf(byte) > back ? bytes.length - back : bytes.length
    if (byte < 0x80) return bytes.length
  }
  return bytes.length
}

const decode = (/** @type {Uint8Array} */ bytes) => {
  let text = ''
  for (let index = 0; index < bytes.length;) {
    const length = lengthOf(bytes[index])
    let point = length === 1 ? bytes[index] : bytes[index] & (0x7f >> length)
    for (let next = 1; next < length; next += 1) point = point * 64 + ((bytes[index + next] || 0) & 0x3f)
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
    index += length
  }
  return text
}

/**
 * A decoder of one stream: give it pieces, it gives the text that is whole by now. `TextDecoder` is not on every phone.
 *
 * @returns {(piece: ArrayBuffer) => string}
 */
const decoder = () => {
  let rest = new Uint8Array(0)
  return (piece) => {
    const bytes = new Uint8Array(rest.length + piece.byteLength)
    bytes.set(rest)
    bytes.set(new Uint8Array(piece), rest.length)
    const until = wholeUntil(bytes)
    rest = bytes.slice(until)
    return decode(bytes.subarray(0, until))
  }
}

/**
 * How many bytes a text has.
 *
 * @param {string} text
 */
const byteLength = (text) => {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) || 0
    if (point < 0x80) bytes += 1
    else if (point < 0x800) bytes += 2
    else bytes += point < 0x10000 ? 3 : 4
  }
  return bytes
}

module.exports = { decoder, byteLength }

/** Bytes as text and back: base64url without padding, and the ids of the wire. Pure. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const BASE64URL = /^[A-Za-z0-9_-]*$/
const BITS = 6

/**
 * Bytes as base64url.
 *
 * @param {ArrayLike<number>} bytes
 */
const toBase64Url = (bytes) => {
  let text = ''
  for (let bit = 0; bit < bytes.length * 8; bit += BITS) {
    const at = bit >> 3
    const two = (bytes[at] << 8) | (bytes[at + 1] || 0)
    text += LETTERS[(two >> (16 - BITS - (bit & 7))) & 63]
  }
  return text
}

/**
 * The bytes of base64url, strictly: null for what encoding again gives otherwise.
 *
 * @param {string} text
 */
const fromBase64Url = (text) => {
  if (!BASE64URL.test(text)) return null
  const bytes = new Uint8Array(Math.floor((text.length * BITS) / 8))
  for (let index = 0; index < text.length; index += 1) {
    const bit = index * BITS
    const two = LETTERS.indexOf(text[index]) << (16 - BITS - (bit & 7))
    bytes[bit >> 3] |= two >> 8
    if ((bit >> 3) + 1 < bytes.length) bytes[(bit >> 3) + 1] |= two & 255
  }
  return toBase64Url(bytes) === text ? bytes : null
}

/** The sixteen bytes of an id, such as 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f. */
const fromId = (/** @type {string} */ id) =>
  Uint8Array.from(id.replace(/-/g, '').match(/../g) || [], (pair) => parseInt(pair, 16))

const toId = (/** @type {Uint8Array} */ bytes) => {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

module.exports = { toBase64Url, fromBase64Url, fromId, toId }

/**
 * The personal code: by which a person shows at one activity who they are, without a network. Pure; the twin of
 * `domainkit/person_codes.py`, which describes it, and held to the same by `tests/vectors/person_codes.json`.
 */

const { sha256 } = require('js-sha256')
const { fromBase64Url, fromId, toBase64Url, toId } = require('./bytes')

const PREFIX = 'QDP1'
/** A new one is drawn this often. */
const LIFE_S = 30
const GRACE_S = 5
const FUTURE_S = 5
const SAID_BYTES = 28
const PROOF_BYTES = 12

/** What a code says, which is nothing until `isBy`. @typedef {{ user_id: string, activity_tail: string, issued_at: number, nonce: string, said: Uint8Array, proof: Uint8Array }} PersonCode */

const hmac = (/** @type {Uint8Array} */ key, /** @type {Uint8Array} */ message) => Uint8Array.from(sha256.hmac.array(key, message))

const joined = (/** @type {ArrayLike<number>[]} */ ...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)))

const ascii = (/** @type {string} */ text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

const fourBytes = (/** @type {number} */ value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)

const tailOf = (/** @type {string} */ activity_id) => fromId(activity_id).slice(-4)

const proofOf = (/** @type {Uint8Array} */ key, /** @type {Uint8Array} */ said) => hmac(key, said).slice(0, PROOF_BYTES)

/**
 * By which a person's codes for one activity are made.
 *
 * @param {Uint8Array} person_key
 * @param {string} activity_id
 */
const activityKey = (person_key, activity_id) => hmac(person_key, joined(ascii('activity|'), fromId(activity_id)))

/**
 * A code.
 *
 * @param {{ key: Uint8Array, user_id: string, activity_id: string, issued_at: number, nonce: Uint8Array }} of `key` of the
 *   activity; `issued_at` in seconds; `nonce` of four random bytes.
 */
const draw = ({ key, user_id, activity_id, issued_at, nonce }) => {
  const said = joined(fromId(user_id), tailOf(activity_id), fourBytes(issued_at), nonce)
  return PREFIX + toBase64Url(joined(said, proofOf(key, said)))
}

/** Whether a text wants to be a personal code. */
const isPersonCode = (/** @type {string} */ text) => text.startsWith(PREFIX)

/**
 * What a code says, strictly; null for what is no such code.
 *
 * @param {string} text
 * @returns {PersonCode | null}
 */
const parse = (text) => {
  const bytes = isPersonCode(text) ? fromBase64Url(text.slice(PREFIX.length)) : null
  if (!bytes || bytes.length !== SAID_BYTES + PROOF_BYTES) return null
  const said = bytes.slice(0, SAID_BYTES)
  return {
    user_id: toId(said.slice(0, 16)),
    activity_tail: toBase64Url(said.slice(16, 20)),
    issued_at: said.slice(20, 24).reduce((value, byte) => value * 256 + byte, 0),
    nonce: toBase64Url(said.slice(24)),
    said,
    proof: bytes.slice(SAID_BYTES),
  }
}

/** Whether a code was made for an activity. */
const isFor = (/** @type {PersonCode} */ code, /** @type {string} */ activity_id) => code.activity_tail === toBase64Url(tailOf(activity_id))

/** Whether a code was made with one of an activity's keys for a person. */
const isBy = (/** @type {PersonCode} */ code, /** @type {Uint8Array[]} */ keys) =>
  keys.some((key) => toBase64Url(proofOf(key, code.said)) === toBase64Url(code.proof))

/**
 * Why a code is not, or no longer, good at a moment: a reason of the vocabulary with its numbers; null where it is good.
 *
 * @param {PersonCode} code
 * @param {number} at Milliseconds since 1970.
 * @returns {Reason | null}
 */
const fault = (code, at) => {
  const issued_at = code.issued_at * 1000
  if (at < issued_at - FUTURE_S * 1000) return { reason: 'PERSON_CODE_FUTURE', ahead_s: Math.floor((issued_at - at) / 1000) }
  const end = issued_at + (LIFE_S + GRACE_S) * 1000
  if (at > end) return { reason: 'PERSON_CODE_EXPIRED', expired_since_s: Math.floor((at - end) / 1000) }
  return null
}

module.exports = { LIFE_S, activityKey, draw, isPersonCode, parse, isFor, isBy, fault }

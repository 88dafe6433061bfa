/** The personal code, held to the same bytes and reasons as the server's. */

const fc = require('fast-check')
const { fromBase64Url, fromId, toBase64Url, toId } = require('../../../../miniprogram/core/bytes')
const { activityKey, draw, fault, isBy, isFor, parse } = require('../../../../miniprogram/core/person_code')
const vectors = require('../../../vectors/person_codes.json')

const hex = (text) => Uint8Array.from(Buffer.from(text, 'hex'))
const idOf = (text) => toId(hex(text))

/** Why a code is not believed at an activity; as the server's `parse` and `require_proof`. */
const refusal = (code, activity_id, key) => {
  const said = parse(code)
  if (!said) return 'PERSON_CODE_MALFORMED'
  if (!isFor(said, activity_id)) return 'PERSON_CODE_FOREIGN'
  return isBy(said, [key]) ? null : 'PERSON_CODE_SIGNATURE'
}

test.each(vectors.drawn)('draws what the server draws: $name', (given) => {
  const [activity_id, user_id] = [idOf(given.activity_id), idOf(given.user_id)]
  const key = activityKey(hex(given.person_key), activity_id)
  expect(Buffer.from(key).toString('hex')).toBe(given.activity_key)
  expect(draw({ key, user_id, activity_id, issued_at: given.issued_at, nonce: hex(given.nonce) })).toBe(given.code)
  expect(parse(given.code)).toMatchObject({ user_id, issued_at: given.issued_at, nonce: toBase64Url(hex(given.nonce)) })
  expect(refusal(given.code, activity_id, key)).toBeNull()
})

test.each(vectors.refused)('refuses what the server refuses: $name', ({ code, activity_id, activity_key, reason }) => {
  expect(refusal(code, idOf(activity_id), hex(activity_key))).toBe(reason)
})

test.each(vectors.judged)('judges the time as the server does: $name', ({ code, at_ms, reason, numbers }) => {
  expect(fault(parse(code), at_ms)).toEqual(reason && { reason, ...numbers })
})

test('bytes come back from base64url as they were, and as Node writes them', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const text = toBase64Url(bytes)
    expect(text).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64Url(text)).toEqual(bytes)
  }))
})

test.each(['A', 'AB', 'AA=', 'A+', '码', 'AAAAA'])('%j is no base64url that encoding gives', (text) => {
  expect(fromBase64Url(text)).toBeNull()
})

test('ids come back from their bytes', () => {
  const id = '01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f'
  expect(toId(fromId(id))).toBe(id)
})

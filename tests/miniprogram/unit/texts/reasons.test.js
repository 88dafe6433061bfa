/** Every reason of the vocabulary has its words, and numbers are said as people say them. */

const { readFileSync } = require('node:fs')
const path = require('node:path')
const { duration, explain, metres, reasons } = require('../../../../miniprogram/texts/reasons')

/** Requests that failed are no outcome of an attempt; they have other words. */
const OUTCOMES = [
  'QR_MALFORMED', 'QR_SIGNATURE', 'QR_EXPIRED', 'QR_FUTURE', 'QR_REVOKED', 'CODE_WRONG', 'CODE_LOCKED', 'NFC_UNKNOWN', 'NFC_REPLAY',
  'ACTIVITY_UNKNOWN', 'ACTIVITY_CANCELLED', 'TOO_EARLY', 'TOO_LATE', 'LATE', 'NOT_ON_ROSTER', 'NOT_MEMBER', 'BLOCKED',
  'METHOD_NOT_ALLOWED', 'CAPACITY_FULL', 'ALREADY_CHECKED_IN', 'FENCE_OUTSIDE', 'FENCE_UNCERTAIN', 'LOCATION_MISSING', 'LOCATION_DENIED',
  'WIFI_MISMATCH', 'WIFI_MISSING', 'DEVICE_SHARED', 'DEVICE_NEW', 'RELAY_SUSPECTED', 'SPEED_IMPOSSIBLE', 'LOCATION_MOCKED',
  'CLOCK_SKEW', 'OFFLINE_SLOT_UNVERIFIABLE', 'FACE_MISMATCH', 'FACE_UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE',
]

test('every reason of the vocabulary says why and what to do', () => {
  expect(Object.keys(reasons).sort()).toEqual([...OUTCOMES].sort())
  for (const words of Object.values(reasons)) {
    expect(words.why).not.toBe('')
    expect(words.what).not.toBe('')
  }
})

test('the phone knows every reason that the server has a sentence for', () => {
  const source = readFileSync(path.join(__dirname, '../../../../gateway/texts.py'), 'utf8')
  const causes = source.slice(source.indexOf('CAUSES: dict'), source.indexOf('_FAILURES'))
  const named = [...causes.matchAll(/^ {4}"([A-Z_]+)": \(/gm)].map((found) => found[1])
  expect(named.length).toBeGreaterThan(25)
  expect(named.filter((reason) => !reasons[reason])).toEqual([])
})

test('the fence begins with 不在签到范围, then how far and how near', () => {
  const said = explain({ reason: 'FENCE_OUTSIDE', distance_m: 2312, radius_m: 500, accuracy_m: 18 })
  expect(said).toEqual({ why: '不在签到范围', much: '距活动地点 2.3 公里，须在 500 米内', what: '请走近后再试', action: 'scan' })
})

test('without numbers only the cause is said', () => {
  expect(explain({ reason: 'QR_EXPIRED' }).much).toBe('')
})

test('a reason that this version does not know still leads somewhere', () => {
  expect(explain({ reason: 'SOMETHING_NEW' })).toMatchObject({ why: '未能签到', what: '请联系组织者' })
})

test.each([[0, '0 秒'], [59, '59 秒'], [61, '1 分钟 1 秒'], [3600, '1 小时'], [90061, '1 天 1 小时']])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test.each([[18.4, '18 米'], [999, '999 米'], [2312, '2.3 公里']])('%d metres are %s', (distance, text) => {
  expect(metres(distance)).toBe(text)
})

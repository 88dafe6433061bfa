/** Every reason of the vocabulary has its words, and numbers are said as people say them. */

const { duration, explain, metres, reasons } = require('../../../../miniprogram/texts/reasons')

test('every reason of the vocabulary says why and what to do', () => {
  expect(Object.keys(reasons).length).toBeGreaterThan(30)
  for (const words of Object.values(reasons)) {
    expect(words.why).not.toBe('')
    expect(words.what).not.toBe('')
  }
})

test('the fence begins with 不在签到范围, then how far and how near', () => {
  const said = explain({ reason: 'FENCE_OUTSIDE', distance_m: 2312, radius_m: 500, accuracy_m: 18 })
  expect(said).toEqual({ why: '不在签到范围', much: '距活动地点 2.3 公里，须在 500 米内', what: '请走近后再试', action: 'nearer' })
})

test('without all of its numbers only the cause is said', () => {
  expect(explain({ reason: 'QR_EXPIRED' }).much).toBe('')
  expect(explain({ reason: 'FENCE_OUTSIDE', distance_m: 2312 }).much).toBe('')
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

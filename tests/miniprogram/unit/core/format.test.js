/** Times as people say them. */

const { initial, moment, span } = require('../../../../miniprogram/core/format')
const { common: WORDS } = require('../../../../miniprogram/texts/index')
const NOON = new Date(2026, 8, 15, 12, 0).getTime()
const at = (...parts) => new Date(...parts).toISOString()

test.each([
  [at(2026, 8, 15, 9, 5), '今天 09:05'],
  [at(2026, 8, 16, 0, 0), '明天 00:00'],
  [at(2026, 8, 14, 23, 59), '昨天 23:59'],
  [at(2026, 9, 1, 8, 0), '10月1日 08:00'],
  [at(2025, 11, 31, 8, 0), '2025年12月31日 08:00'],
  ['', ''],
  ['yesterday', ''],
])('%s is %s', (text, said) => {
  expect(moment(text, NOON, WORDS)).toBe(said)
})

test('an end on the same day is a time, on another day a date', () => {
  expect(span(at(2026, 8, 15, 9, 0), at(2026, 8, 15, 11, 30), NOON, WORDS)).toBe('今天 09:00 – 11:30')
  expect(span(at(2026, 8, 15, 22, 0), at(2026, 8, 16, 1, 0), NOON, WORDS)).toBe('今天 22:00 – 明天 01:00')
})

test.each([
  ['李雷', '李'], ['', ''], ['𠮷野', '𠮷'], ['😀小明', '😀'], ['👨‍👩‍👧 一家', '👨‍👩‍👧'], ['👍🏽好', '👍🏽'], ['🇨🇳队', '🇨🇳'], ['1️⃣班', '1️⃣'], ['❤️心', '❤️'], ['éa', 'é'],
])('the first character of %j is %j', (name, first) => expect(initial(name)).toBe(first))

import { expect, test } from 'vitest'
import { moment, span } from '@/parts/times'

const words = { yesterday: '昨天', today: '今天', tomorrow: '明天' }
const manner = { locale: 'zh-CN', zone: 'Asia/Shanghai', now: Date.parse('2026-09-01T15:30:00Z'), words }

test.each([
  ['2026-09-01T01:05:00Z', '今天 09:05'],
  ['2026-09-01T16:00:00Z', '明天 00:00'],
  ['2026-08-31T15:59:00Z', '昨天 23:59'],
  ['2026-03-05T00:00:00Z', '3月5日周四 08:00'],
  ['2027-03-05T00:00:00Z', '2027年3月5日周五 08:00'],
])('%s is said by the days of its own zone', (at, said) => {
  expect(moment(at, manner)).toBe(said)
})

test('one day is named once', () => {
  expect(span('2026-09-01T01:00:00Z', '2026-09-01T03:30:00Z', manner)).toBe('今天 09:00 – 11:30')
  expect(span('2026-09-01T14:00:00Z', '2026-09-01T17:00:00Z', manner)).toBe('今天 22:00 – 明天 01:00')
})

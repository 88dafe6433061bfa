import { expect, test } from 'vitest'
import { before, daysOf, lastDays, periodOf, spanOf } from '@/reports/period'

const NOW = Date.parse('2026-11-27T04:00:00Z')

test('a period is of days, both included', () => {
  expect(lastDays(7, '2026-03-02')).toEqual({ from: '2026-02-24', to: '2026-03-02' })
  expect(daysOf({ from: '2028-01-01', to: '2028-12-31' })).toBe(366)
  expect(before({ from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-01-29', to: '2026-02-28' })
})

test('what an address says wrongly reads as the last thirty days', () => {
  const usual = { from: '2026-10-29', to: '2026-11-27' }
  expect(periodOf('2026-09-01', '2026-09-30', NOW)).toEqual({ from: '2026-09-01', to: '2026-09-30' })
  for (const [from, to] of [
    ['', ''],
    ['2026-09-02', '2026-09-01'],
    ['1926-01-01', '2026-01-01'],
    ['soon', '2026-09-01'],
    ['2026-13-01', '2026-09-01'],
  ] as const)
    expect(periodOf(from, to, NOW)).toEqual(usual)
  expect(spanOf(usual, NOW)).toBe(30)
  expect(spanOf({ from: '2026-09-01', to: '2026-09-30' }, NOW)).toBe(0)
})

import { expect, test } from 'vitest'
import type { Stats } from '@/api/numbers'
import { arrivals, cameOf, rateOf } from '@/wall/numbers'

const minute = (at: string, count: number, span_s = 60) => ({ minute: `2026-09-01T12:${at}:00Z`, span_s, count })
const stats = (changes: Partial<Stats> = {}) =>
  ({ checked_in: 3, came: null, rate: null, by_minute: [], ...changes }) as unknown as Stats

test('who came is told of those expected where there are any', () => {
  expect([cameOf(stats()), cameOf(stats({ came: 2 }))]).toEqual([3, 2])
  expect([rateOf(stats()), rateOf(stats({ rate: 0.947 }))]).toEqual([null, 95])
})

test('arrivals are of the last minutes, the latest last; hours that were summed up are none', () => {
  const found = stats({ by_minute: [minute('00', 7), minute('28', 2), minute('30', 5), minute('30', 90, 3600)] })
  expect(arrivals(found, Date.parse('2026-09-01T12:30:30Z'), 4)).toEqual([0, 2, 0, 5])
})

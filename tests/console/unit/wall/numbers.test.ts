import { expect, test } from 'vitest'
import { after, arrivals, cameOf, rateOf, type Said, type Stats } from '@/wall/numbers'

const minute = (at: string, count: number, span_s = 60) => ({ minute: `2026-09-01T12:${at}:00Z`, span_s, count })
const stats = (changes: Partial<Said> = {}) =>
  ({ checked_in: 3, came: null, rate: null, by_minute: [], ...changes }) as unknown as Said

test('a part changes only the minutes it names, and what counts nothing is gone', () => {
  const first = stats({ by_minute: [minute('00', 2), minute('01', 1)] })
  const then = after(first, stats({ checked_in: 5, is_partial: true, by_minute: [minute('02', 4), minute('01', 0)] }))
  expect(then.checked_in).toBe(5)
  expect(then.by_minute).toEqual([minute('00', 2), minute('02', 4)])
})

test('a whole one, and the first part after nothing, are taken as they are', () => {
  const whole = stats({ by_minute: [minute('05', 1)] })
  expect(after(stats({ by_minute: [minute('00', 9)] }), whole).by_minute).toEqual([minute('05', 1)])
  expect(after(null, stats({ is_partial: true, by_minute: [minute('05', 1)] })).by_minute).toEqual([minute('05', 1)])
})

test('who came is told of those expected where there are any', () => {
  expect([cameOf(stats()), cameOf(stats({ came: 2 }))]).toEqual([3, 2])
  expect([rateOf(stats()), rateOf(stats({ rate: 0.947 }))]).toEqual([null, 95])
})

test('arrivals are of the last minutes, the latest last; hours that were summed up are none', () => {
  const found: Stats = stats({ by_minute: [minute('00', 7), minute('28', 2), minute('30', 5), minute('30', 90, 3600)] })
  expect(arrivals(found, Date.parse('2026-09-01T12:30:30Z'), 4)).toEqual([0, 2, 0, 5])
})

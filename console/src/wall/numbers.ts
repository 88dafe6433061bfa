/** What a wall makes of its numbers. Pure. */

import type { Stats } from '@/api/numbers'

const MINUTE_MS = 60_000

/** Who came, of whom one expects where a roster says so. */
export const cameOf = (stats: Stats): number => stats.came ?? stats.checked_in

/** The share of those expected in percent; null where nobody is. */
export const rateOf = ({ rate }: Stats): number | null => (rate === null ? null : Math.round(rate * 100))

/** Arrivals of each of the last minutes, the latest last. */
export const arrivals = ({ by_minute }: Stats, now: number, minutes: number): number[] => {
  const last = Math.floor(now / MINUTE_MS)
  const counts = Array<number>(minutes).fill(0)
  for (const { minute, span_s, count } of by_minute) {
    const at = minutes - 1 - (last - Math.floor(Date.parse(minute) / MINUTE_MS))
    if (span_s === 60 && at >= 0 && at < minutes) counts[at] = (counts[at] ?? 0) + count
  }
  return counts
}

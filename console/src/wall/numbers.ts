/** The numbers of a wall, as a stream tells them. Pure. */

import type { components } from '@/api/schema'

export type Stats = components['schemas']['Stats']

/** What a stream says: the first time all, later only those minutes that changed. */
export type Said = Stats & { is_partial?: boolean }

const MINUTE_MS = 60_000

/** The numbers after an event; minutes that are gone count nothing. */
export const after = (before: Stats | null, { is_partial, ...said }: Said): Stats => {
  if (!is_partial || !before) return said
  const minutes = new Map(before.by_minute.map((one) => [`${one.minute} ${one.span_s}`, one]))
  for (const one of said.by_minute) minutes.set(`${one.minute} ${one.span_s}`, one)
  const by_minute = [...minutes.values()].filter(({ count }) => count > 0)
  return { ...said, by_minute: by_minute.sort((a, b) => Date.parse(a.minute) - Date.parse(b.minute)) }
}

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

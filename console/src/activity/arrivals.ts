/** Who came when: the curve of arrivals, and the last minutes by gate. Pure. */

import type { Stats } from '@/api/numbers'

export interface Point {
  at: number
  /** People a minute. */
  rate: number
  /** People until then. */
  sum: number
}

/** The curve, oldest first; older spans are longer, so each counts by the minute. */
export const curveOf = (byMinute: Stats['by_minute']): Point[] => {
  const spans = byMinute
    .map(({ minute, count, span_s }) => ({ at: Date.parse(minute), count, span_s }))
    .sort((one, other) => one.at - other.at)
  let sum = 0
  return spans.map(({ at, count, span_s }) => {
    sum += count
    return { at, rate: (count * 60) / span_s, sum }
  })
}

const MINUTE_MS = 60_000

/** People of the last minutes, where these are told one by one. */
export const lately = (byMinute: Stats['by_minute'], now: number, minutes: number): number =>
  byMinute
    .filter(({ minute, span_s }) => span_s === 60 && Date.parse(minute) > now - minutes * MINUTE_MS)
    .reduce((sum, { count }) => sum + count, 0)

/** The gates at a moment. */
export interface Snapshot {
  at: number
  byGate: Readonly<Record<string, number>>
}

/** Snapshots with another one, and without those that say no more of the last minutes. */
export const withSnapshot = (known: readonly Snapshot[], next: Snapshot, minutes: number): Snapshot[] => {
  const since = next.at - minutes * MINUTE_MS
  const first = known.findLastIndex(({ at }) => at <= since)
  return [...known.slice(Math.max(0, first)), next]
}

export interface Gate {
  gate: string
  count: number
  /** How many more than in the oldest snapshot. */
  more: number
}

/** Each gate with what came of late, the busiest first; and over how many minutes that is known. */
export const gatesOf = (known: readonly Snapshot[]): { gates: Gate[]; minutes: number } => {
  const [first, last] = [known[0], known.at(-1)]
  if (!first || !last) return { gates: [], minutes: 0 }
  const gates = Object.entries(last.byGate).map(([gate, count]) => ({
    gate,
    count,
    more: Math.max(0, count - (first.byGate[gate] ?? 0)),
  }))
  return {
    gates: gates.sort((one, other) => other.more - one.more || other.count - one.count),
    minutes: Math.round((last.at - first.at) / MINUTE_MS),
  }
}

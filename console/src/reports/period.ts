/** Periods of days, as people choose them. Pure; a day is YYYY-MM-DD. */

import { day } from '@/parts/times'

export interface Period {
  from: string
  to: string
}

const DAY_MS = 86_400_000
export const MOST_DAYS = 366
export const SPANS = [7, 30, 90, 365] as const

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
const dayAt = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** So many days up to and with one. */
export const lastDays = (days: number, to: string): Period => ({
  from: dayAt(Date.parse(to) - (days - 1) * DAY_MS),
  to,
})

export const daysOf = ({ from, to }: Period): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1

/** What an address says, else the last 30 days; what no report can be of reads as that too. */
export const periodOf = (from: string, to: string, now: number): Period => {
  const said = { from, to }
  const isGood = isDay(from) && isDay(to) && daysOf(said) >= 1 && daysOf(said) <= MOST_DAYS
  return isGood ? said : lastDays(30, day(now))
}

/** The period of the same length that ends before another begins. */
export const before = (period: Period): Period => lastDays(daysOf(period), dayAt(Date.parse(period.from) - DAY_MS))

/** Which of SPANS a period is, seen from now; 0: none. */
export const spanOf = (period: Period, now: number): number =>
  SPANS.find((days) => {
    const { from, to } = lastDays(days, day(now))
    return from === period.from && to === period.to
  }) ?? 0

/** Numbers of reports as people read them. Pure but for the words. */

import type { By, Finding } from './queries'

type Say = (key: string, named?: Record<string, unknown>) => string

/** 93.4%; a dash where there is none. */
export const percent = (share: number | null | undefined, digits = 1): string =>
  share === null || share === undefined ? '–' : `${(100 * share).toFixed(digits).replace(/\.0+$/, '')}%`

export const count = (amount: number | null | undefined): string =>
  amount === null || amount === undefined ? '–' : String(amount)

/** By how many points a rate is above another, such as +2.1; empty where one is not known. */
export const points = (now: number | null, before: number | null | undefined): string => {
  if (now === null || before === null || before === undefined) return ''
  const moved = Math.round(1000 * (now - before)) / 10
  return `${moved > 0 ? '+' : moved < 0 ? '−' : '±'}${Math.abs(moved)}`
}

/** What a point is called; an activity by its title. */
export const nameOf = (by: By, key: string, title: string, say: Say): string => {
  if (by === 'weekday') return say(`reports.weekdays.${key}`)
  if (by === 'hour') return `${key}:00`
  if (by === 'week') return say('reports.weekOf', { day: key })
  if (by === 'group') return key || say('reports.noGroup')
  return by === 'activity' ? title : key
}

/** The same where there is little room: a day without its year. */
export const placeOf = (by: By, key: string, title: string, say: Say): string =>
  by === 'day' || by === 'week' ? key.slice(5) : nameOf(by, key, title, say)

const SHARES = new Set(['share', 'rate', 'others', 'from_rate', 'to_rate'])

/** Numbers as sentences hold them: shares in hundredths, others whole. */
export const numbersOf = (numbers: Record<string, number>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [
      name,
      SHARES.has(name) ? percent(value) : String(Math.round(Math.abs(value))),
    ]),
  )

/** A finding as a sentence for somebody who teaches. */
export const sentence = ({ code, numbers, words }: Finding, say: Say): string => {
  const weekday = words.weekday && say(`reports.weekdays.${words.weekday}`)
  const early = (numbers.median_min ?? 0) < 0 ? 'ARRIVALS_BEFORE' : 'ARRIVALS_AFTER'
  return say(`reports.findings.${code === 'ARRIVALS' ? early : code}`, { ...words, ...numbersOf(numbers), weekday })
}

/** What waits for a human, as cases: however often somebody tried, they want one thing. Pure. */

import type { components } from '@/api/schema'

export type Review = components['schemas']['Review']

/** What one person wants of one occurrence. */
export interface Case {
  /** Of the latest try: the one to look at. */
  id: string
  latest: Review
  /** The other tries, the latest first. */
  earlier: Review[]
}

const wishOf = ({ checkin }: Review) =>
  [checkin.activity_id, checkin.occurrence_id, checkin.user_id, checkin.direction].join(' ')

/** Cases in the order in which their latest tries came, the longest waiting first unless the newest are. */
export const casesOf = (reviews: readonly Review[], isNewestFirst = false): Case[] => {
  const wishes = new Map<string, [Review, ...Review[]]>()
  const inOrder = [...reviews].sort((a, b) => Date.parse(a.received_at) - Date.parse(b.received_at))
  for (const review of inOrder) wishes.set(wishOf(review), [review, ...(wishes.get(wishOf(review)) ?? [])])
  const ordered = isNewestFirst ? [...wishes.values()].reverse() : [...wishes.values()]
  return ordered.map(([latest, ...earlier]) => ({ id: latest.id, latest, earlier }))
}

/** Whether they are nobody of the roster, as far as anybody said. */
export const isStranger = ({ latest }: Case): boolean =>
  latest.checkin.reasons.some(({ reason }) => reason === 'NOT_ON_ROSTER')

const last = ({ history }: Review, event: string) =>
  history.filter((one) => one.event === event && !one.is_stale).at(-1)?.reason

/** What the person said against a refusal; undefined where they said nothing. */
export const appealOf = (review: Review): string | undefined => last(review, 'appealed')

/** Why they were refused before. */
export const refusalOf = (review: Review): string | undefined => last(review, 'refused')

/** The reasons of some cases, the most frequent first, and how many cases each has. */
export const reasonsOf = (cases: readonly Case[]): { reason: string; n: number }[] => {
  const counts = new Map<string, number>()
  for (const { latest } of cases)
    for (const { reason } of latest.checkin.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n)
}

/** The case to look at next when some are gone: the one after them, else the last that is left. */
export const nextOf = (cases: readonly Case[], gone: ReadonlySet<string>, current: string): string => {
  const from = cases.findIndex(({ id }) => id === current)
  const after = cases.slice(from).find(({ id }) => !gone.has(id))
  return (after ?? cases.filter(({ id }) => !gone.has(id)).at(-1))?.id ?? ''
}

const HOUR_MS = 3_600_000

/** How long something still has, as a key of `reviews.left` and its number: days while there are two, then hours. */
export const leftOf = (at: string, now: number): { key: 'days' | 'hours' | 'soon'; n: number } => {
  const hours = Math.floor((Date.parse(at) - now) / HOUR_MS)
  if (hours < 1) return { key: 'soon', n: 0 }
  return hours < 48 ? { key: 'hours', n: hours } : { key: 'days', n: Math.floor(hours / 24) }
}

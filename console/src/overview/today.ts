/** What of all activities matters today, and what of it needs somebody. Pure. */

import { phaseOf } from '@/activities/phases'
import type { Activity } from '@/activities/queries'
import { day } from '@/parts/times'

const DAY_MS = 86_400_000
const NEXT_MOST = 5

const isToday = ({ starts_at, ends_at, time_zone }: Activity, now: number): boolean => {
  const today = day(now, time_zone)
  return day(Date.parse(starts_at), time_zone) <= today && day(Date.parse(ends_at), time_zone) >= today
}

const byStart = (one: Activity, other: Activity) => Date.parse(one.starts_at) - Date.parse(other.starts_at)

export interface Today {
  /** On now or some time today, by their beginning; rehearsals and what was called off are none. */
  today: Activity[]
  /** The next ones of other days. */
  next: Activity[]
  /** Drafts that begin within a day, or should have lately. */
  drafts: Activity[]
}

export const todayOf = (activities: readonly Activity[], now: number): Today => {
  const real = activities.filter(({ state, rehearsal_of }) => state !== 'cancelled' && !rehearsal_of).sort(byStart)
  const published = real.filter(({ state }) => state !== 'draft')
  const today = published.filter((one) => isToday(one, now) || phaseOf(one, now) === 'now')
  return {
    today,
    next: published.filter((one) => !today.includes(one) && phaseOf(one, now) === 'upcoming').slice(0, NEXT_MOST),
    drafts: real.filter(({ state, starts_at }) => state === 'draft' && Math.abs(Date.parse(starts_at) - now) < DAY_MS),
  }
}

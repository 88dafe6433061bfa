/** Where a piece of advice can be applied: what is yet to come first, then what goes on. Pure. */

import { phaseOf } from '@/activities/phases'
import type { Activity } from '@/activities/queries'
import type { Advice } from './queries'

const MOST = 8

/** Those of the advice's own activity's title come before others; a fence needs a place. */
export const targetsOf = (activities: readonly Activity[], { activity_id, title, change }: Advice, now: number) => {
  const isFitting = (one: Activity) => !change?.place || one.place !== null
  const rank = (one: Activity): number => {
    const phase = phaseOf(one, now)
    if (phase === 'upcoming' || phase === 'draft') return one.title === title ? 0 : 1
    return phase === 'now' ? (one.id === activity_id ? 2 : 3) : 4
  }
  return activities
    .filter((one) => isFitting(one) && rank(one) < 4)
    .sort((one, other) => rank(one) - rank(other) || Date.parse(one.starts_at) - Date.parse(other.starts_at))
    .slice(0, MOST)
}

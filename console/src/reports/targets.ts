/** Where a piece of advice can be applied: what is yet to come first, then what goes on. Pure. */

import { phaseOf } from '@/activities/phases'
import type { Activity } from '@/activities/queries'
import type { Advice } from './queries'

const MOST = 8

/** What a piece of advice changes, as the edit route takes it. */
interface Change {
  place?: { radius_m: number }
  qr_period_s?: number
  opens_before_s?: number
}

/** Whether a change gives more than there is: what is as wide, long or early already would lose by it. */
const gives = ({ place, qr_period_s: period, opens_before_s: before }: Change, one: Activity): boolean =>
  (!place || (one.place !== null && place.radius_m > one.place.radius_m)) &&
  (!period || period > one.qr_period_s) &&
  (!before || before > one.opens_before_s)

/** Those of the advice's own activity's title come before others. */
export const targetsOf = (activities: readonly Activity[], { activity_id, title, change }: Advice, now: number) => {
  const rank = (one: Activity): number => {
    const phase = phaseOf(one, now)
    if (phase === 'upcoming' || phase === 'draft') return one.title === title ? 0 : 1
    return phase === 'now' ? (one.id === activity_id ? 2 : 3) : 4
  }
  return activities
    .filter((one) => gives((change ?? {}) as Change, one) && rank(one) < 4)
    .sort((one, other) => rank(one) - rank(other) || Date.parse(one.starts_at) - Date.parse(other.starts_at))
    .slice(0, MOST)
}

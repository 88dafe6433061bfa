/** Where an activity stands on the clock, and what is still missing before it begins. Pure. */

import type { Activity } from './queries'

export type Standing = 'draft' | 'before' | 'during' | 'after' | 'cancelled'

/** Doors are open before it begins and after it ends, or its last window does; closed by hand it is over. */
export const standingOf = (activity: Activity, now: number): Standing => {
  if (activity.state === 'cancelled') return 'cancelled'
  if (activity.state === 'draft') return 'draft'
  const opens = Date.parse(activity.starts_at) - activity.opens_before_s * 1000
  const planned = Date.parse(activity.ends_at) + activity.closes_after_s * 1000
  const closes = Math.max(planned, ...activity.occurrences.map(({ closes_at }) => Date.parse(closes_at)))
  if (activity.state === 'closed' || now >= closes) return 'after'
  return now < opens ? 'before' : 'during'
}

/** What an organiser may have forgotten: only `past` and `place` keep it from working, the rest is a question. */
export type Hint = 'past' | 'noPlace' | 'noExpected' | 'noBackRows' | 'noRehearsal'

const BACK_ROWS_FROM = 80

/** Hints of an activity that has not begun, the gravest first. */
export const hintsOf = (activity: Activity, now: number, isRehearsed: boolean): Hint[] => {
  const expects = Boolean(activity.roster_id || activity.expected_count)
  const found: [Hint, boolean][] = [
    ['past', Date.parse(activity.ends_at) <= now],
    ['noExpected', !expects],
    ['noPlace', !activity.place && !activity.wifi.length],
    ['noBackRows', !activity.methods.includes('code') && activity.expected_count >= BACK_ROWS_FROM],
    ['noRehearsal', activity.state === 'draft' && !isRehearsed],
  ]
  return found.filter(([, is]) => is).map(([hint]) => hint)
}

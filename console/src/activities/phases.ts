/** Where an activity stands, seen from now. Pure. */

import type { Activity } from './queries'

export const PHASES = ['now', 'upcoming', 'draft', 'past'] as const
export type Phase = (typeof PHASES)[number]

/** The phase of an activity at a moment; its doors may be open before it begins and after it ends. */
export const phaseOf = (activity: Activity, now: number): Phase => {
  if (activity.state === 'draft') return 'draft'
  const opens = Date.parse(activity.starts_at) - activity.opens_before_s * 1000
  const closes = Date.parse(activity.ends_at) + activity.closes_after_s * 1000
  if (activity.state !== 'published' || now > closes) return 'past'
  return now < opens ? 'upcoming' : 'now'
}

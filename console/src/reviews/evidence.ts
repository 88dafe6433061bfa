/** What was asked of a check-in beside what was found, and what would have let it through. Pure. */

import type { components } from '@/api/schema'
import type { Review } from './cases'

export type Activity = components['schemas']['Activity']

/** How far somebody was from the place, in metres; null where nobody knows. */
export interface Whereabouts {
  distance_m: number
  /** Of the location; null: not told. */
  accuracy_m: number | null
  radius_m: number
}

/** Where somebody was, if the activity has a place and a location came. */
export const whereaboutsOf = ({ checkin, accuracy_m }: Review, activity: Activity | undefined): Whereabouts | null => {
  if (!activity?.place || checkin.distance_m === null) return null
  return { distance_m: checkin.distance_m, accuracy_m, radius_m: activity.place.radius_m }
}

/** One thing that would change the verdict: a key of `reviews.changes` with its number. */
export interface Change {
  key: string
  metres?: number
}

const ofFence = ({ distance_m, radius_m }: Whereabouts): Change =>
  distance_m > radius_m
    ? { key: 'nearer', metres: distance_m - radius_m }
    : { key: 'preciser', metres: radius_m - distance_m }

const BY_REASON: Record<string, string> = {
  LOCATION_MISSING: 'location',
  LOCATION_DENIED: 'location',
  WIFI_MISMATCH: 'wifi',
  WIFI_MISSING: 'wifi',
  NOT_ON_ROSTER: 'listed',
  OFFLINE_SLOT_UNVERIFIABLE: 'online',
  CLOCK_SKEW: 'clock',
  PERSON_CODE_USED: 'freshCode',
  PERSON_CODE_UNCHECKED: 'freshCode',
  DEVICE_SHARED: 'ownPhone',
  LOCATION_MOCKED: 'realLocation',
}

/** What would have let them through by itself; where nothing would, somebody has to ask the person. */
export const changesOf = (review: Review, where: Whereabouts | null): Change[] => {
  const changes = review.checkin.reasons.flatMap(({ reason }): Change[] => {
    if (reason.startsWith('FENCE_')) return where ? [ofFence(where)] : [{ key: 'location' }]
    const key = BY_REASON[reason]
    return key ? [{ key }] : []
  })
  const apart = changes.filter(({ key }, index) => changes.findIndex((one) => one.key === key) === index)
  return apart.length ? apart : [{ key: 'ask' }]
}

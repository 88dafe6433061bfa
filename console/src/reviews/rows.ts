/** The table of a case: what was asked, and what was found. Pure but for the words. */

import type { Review } from './cases'
import type { Activity } from './evidence'

export interface Row {
  what: string
  asked: string
  found: string
  /** Whether it is what the case is about. */
  isOff: boolean
}

interface Words {
  t: (key: string, named?: Record<string, unknown>) => string
  metres: (value: number) => string
  moment: (at: string) => string
}

const ABOUT: Record<string, string> = {
  FENCE: 'place',
  LOCATION: 'place',
  WIFI: 'wifi',
  NOT: 'roster',
  OFFLINE: 'time',
  CLOCK: 'time',
  LATE: 'time',
  TOO: 'time',
}

const aboutOf = ({ checkin }: Review): Set<string> =>
  new Set(checkin.reasons.map(({ reason }) => ABOUT[reason.split('_')[0] ?? ''] ?? ''))

/** The lines that say something; what nobody asked about has none. */
export const rowsOf = (review: Review, activity: Activity | undefined, { t, metres, moment }: Words): Row[] => {
  const { checkin, accuracy_m, claimed_at, received_at } = review
  const about = aboutOf(review)
  const say = (key: string, named: Record<string, unknown> = {}) => t(`reviews.evidence.${key}`, named)
  const line = (key: string, asked: string, found: string): Row => ({
    what: say(key),
    asked,
    found,
    isOff: about.has(key),
  })

  const distance =
    checkin.distance_m === null
      ? say('noLocation')
      : accuracy_m === null
        ? metres(checkin.distance_m)
        : say('about', { distance: metres(checkin.distance_m), accuracy: metres(accuracy_m) })
  const rows: (Row | false | undefined | null | '')[] = [
    activity?.place &&
      line('place', say('within', { n: metres(activity.place.radius_m), place: activity.place.name }), distance),
    activity &&
      activity.wifi.length > 0 &&
      line('wifi', say('anyWifi', { n: activity.wifi.length }), say(about.has('wifi') ? 'otherWifi' : 'goodWifi')),
    activity?.roster === 'listed' && line('roster', say('listed'), say(about.has('roster') ? 'notListed' : 'isListed')),
    activity && line('time', say('from', { at: moment(activity.starts_at) }), moment(claimed_at ?? received_at)),
    checkin.is_offline && claimed_at && line('sent', say('any'), moment(received_at)),
    checkin.method &&
      line(
        'method',
        activity?.methods.map((each) => t(`common.methods.${each}`)).join('、') ?? '',
        t(`common.methods.${checkin.method}`),
      ),
  ]
  return rows.filter((row): row is Row => Boolean(row))
}

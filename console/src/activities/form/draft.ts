/** From what an organiser chose to the body of a new activity, or to what changes of one that exists. Pure. */

import type { components } from '@/api/schema'
import { format } from '@/parts/times'
import type { PlaceDraft } from '@/places/place'

type Schemas = components['schemas']
export type Activity = Schemas['Activity']
export type Question = Schemas['Question']
export type Wifi = Schemas['AccessPoint']
export type Method = Activity['methods'][number]
export type Kind = NonNullable<Activity['kind']>
export type Body = Schemas['NewActivity']
export type Changes = Schemas['ActivityChanges']

export const KINDS = ['event', 'attendance', 'points'] as const satisfies readonly Kind[]
export const METHODS = ['qr', 'code', 'place', 'nfc'] as const satisfies readonly Method[]
export const FENCES = ['review', 'refuse', 'off'] as const
export const NOT_LISTED = ['review', 'refuse'] as const
export const OFFLINES = ['review', 'accept', 'refuse'] as const
/** What becomes of what nobody reviews; kept, it waits on. */
export const UNDECIDED = ['absent', 'present', 'kept'] as const
/** Whether people may have a proof that they came without asking an organiser. */
export const OWN_PROOFS = ['after_close', 'never'] as const
export const REENTRIES = ['in_out', 'once'] as const

export interface Draft {
  kind: Kind
  title: string
  organisation_id: string
  /** On the clock of the zone, such as 2026-09-01T09:30. */
  starts: string
  ends: string
  time_zone: string
  place: PlaceDraft | null
  radius_m: number
  wifi: Wifi[]
  methods: Method[]
  opens_min: number
  late_min: number | null
  capacity: number
  gates: string[]
  reentry: (typeof REENTRIES)[number]
  fence: (typeof FENCES)[number]
  offline: (typeof OFFLINES)[number]
  undecided: (typeof UNDECIDED)[number]
  own_proof: (typeof OWN_PROOFS)[number]
  roster_id: string
  not_listed: (typeof NOT_LISTED)[number]
  expected_count: number
  ask: Question[]
}

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000

/** The clock of a zone at a moment, to the minute. */
export const wallClock = (at: number, zone: string): string =>
  format('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
    .format(at)
    .replace(' ', 'T')

/** A clock that many minutes on: clocks know no offset, so no zone is asked. */
export const onClock = (clock: string, minutes: number): string =>
  new Date(Date.parse(`${clock}:00Z`) + minutes * 60_000).toISOString().slice(0, 16)

/** Minutes from one clock to another. */
export const minutesBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}:00Z`) - Date.parse(`${from}:00Z`)) / 60_000)

/** What a new activity begins with: the next full quarter of an hour, two hours long, by QR and code. */
export const newDraft = (now: number, organisation_id: string, time_zone: string): Draft => {
  const start = Math.ceil(now / QUARTER_MS) * QUARTER_MS
  return {
    kind: 'event',
    title: '',
    organisation_id,
    starts: wallClock(start, time_zone),
    ends: wallClock(start + 2 * HOUR_MS, time_zone),
    time_zone,
    place: null,
    radius_m: 500,
    wifi: [],
    methods: ['qr', 'code'],
    opens_min: 30,
    late_min: null,
    capacity: 0,
    gates: [],
    reentry: 'in_out',
    fence: 'review',
    offline: 'review',
    undecided: 'absent',
    own_proof: 'after_close',
    roster_id: '',
    not_listed: 'review',
    expected_count: 0,
    ask: [],
  }
}

const oneOf = <T extends string>(all: readonly T[], value: string): T =>
  (all as readonly string[]).includes(value) ? (value as T) : (all[0] as T)

/** The draft that says what an activity is, on the clock of its zone. */
export const draftOf = (activity: Activity): Draft => {
  const { place, policy, time_zone } = activity
  return {
    kind: activity.kind ?? 'event',
    title: activity.title,
    organisation_id: activity.organisation_id,
    starts: wallClock(Date.parse(activity.starts_at), time_zone),
    ends: wallClock(Date.parse(activity.ends_at), time_zone),
    time_zone,
    place: place && { name: place.name, latitude: place.latitude, longitude: place.longitude },
    radius_m: place?.radius_m ?? 500,
    wifi: activity.wifi.map(({ ssid, bssid }) => ({ ssid, bssid })),
    methods: activity.methods,
    opens_min: activity.opens_before_s / 60,
    late_min: activity.late_after_s === null ? null : activity.late_after_s / 60,
    capacity: activity.capacity,
    gates: activity.gates,
    reentry: activity.reentry,
    fence: oneOf(FENCES, policy.fence),
    offline: oneOf(OFFLINES, policy.offline),
    undecided: policy.undecided ?? 'kept',
    own_proof: oneOf(OWN_PROOFS, policy.own_proof),
    roster_id: activity.roster_id ?? '',
    not_listed: oneOf(NOT_LISTED, policy.not_listed),
    expected_count: activity.expected_count,
    ask: activity.ask,
  }
}

export type Lacking = 'title' | 'ends' | 'methods' | 'place'

/** What is still missing, by the field it belongs to. */
export const lacking = (draft: Draft): Lacking[] => {
  const found: Lacking[] = []
  if (!draft.title.trim()) found.push('title')
  if (!draft.starts || !draft.ends || draft.starts >= draft.ends) found.push('ends')
  if (!draft.methods.length) found.push('methods')
  if (draft.methods.includes('place') && !draft.place) found.push('place')
  return found
}

/** Where there is no place, the access points alone are what is checked. */
const policyOf = ({ place, wifi, fence, offline, undecided, own_proof, not_listed }: Draft) => ({
  fence: place ? fence : ('off' as const),
  wifi: place || !wifi.length ? ('off' as const) : fence,
  offline,
  undecided: undecided === 'kept' ? null : undecided,
  own_proof,
  not_listed,
})

/** The body of the request: the clock on the wall and its zone, for the server knows when that is. */
export const bodyOf = (draft: Draft): Body => ({
  organisation_id: draft.organisation_id,
  kind: draft.kind,
  title: draft.title.trim(),
  starts_at: `${draft.starts}:00`,
  ends_at: `${draft.ends}:00`,
  time_zone: draft.time_zone,
  opens_before_s: Math.round(draft.opens_min * 60),
  late_after_s: draft.late_min === null ? null : Math.round(draft.late_min * 60),
  place: draft.place && { ...draft.place, coord: 'gcj02', radius_m: draft.radius_m },
  wifi: draft.wifi,
  methods: draft.methods,
  policy: policyOf(draft),
  capacity: draft.capacity,
  gates: draft.gates,
  reentry: draft.reentry,
  roster_id: draft.roster_id || null,
  expected_count: draft.roster_id ? 0 : draft.expected_count,
  ask: draft.ask,
})

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

const changed = <T extends object>(before: T, now: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => !isSame(value, before[name as keyof T])),
  ) as Partial<T>

/** What of an activity changes; of its policy too only that. Whatever the form does not show is never among it. */
export const changesOf = (before: Draft, now: Draft): Changes => {
  const [then, said] = [bodyOf(before), bodyOf(now)]
  const { policy, ...changes } = changed(then, said)
  delete changes.organisation_id
  return policy ? { ...changes, policy: changed(then.policy ?? {}, policy) } : changes
}

/** What one changed, laid over what somebody else made of the activity meanwhile. */
export const rebased = (before: Draft, mine: Draft, fresh: Draft): Draft => ({ ...fresh, ...changed(before, mine) })

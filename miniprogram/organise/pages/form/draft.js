/** From what an organiser chose to the body of a new activity, or to what changes of one that exists. Pure. */

const { clock, dateOf } = require('../../../core/format')
const { parseTime } = require('../../../core/time')

const QUARTER_MS = 900000
const HOUR_MS = 3600000
const FENCES = ['review', 'refuse', 'off']
const NOT_LISTED = ['review', 'refuse']
const OFFLINES = ['review', 'accept', 'refuse']
/** What becomes of what nobody reviews; empty: it waits on. */
const UNDECIDED = ['absent', 'present', '']
/** Whether people may have a proof that they came without asking an organiser. */
const OWN_PROOFS = ['after_close', 'never']
const REENTRIES = ['in_out', 'once']
/** What the form offers; the server knows no class yet. */
const KINDS = ['event', 'attendance', 'points']

const two = (/** @type {number} */ value) => String(value).padStart(2, '0')

/** @typedef {{ kind: string, title: string, organisation_id: string, start_date: string, start_time: string, end_date: string, end_time: string, place: { name: string, latitude: number, longitude: number } | null, radius_m: number, wifi: Wifi[], methods: string[], opens_min: string, late_min: string, capacity: string, gates: string[], reentry: number, fence: number, offline: number, undecided: number, own_proof: number, roster_id: string, not_listed: number, expected_count: string, ask: Question[] }} Draft */

/**
 * What a new activity begins with: the next full quarter of an hour, two hours long, by QR and code.
 *
 * @param {number} now
 * @returns {Draft}
 */
const newDraft = (now) => {
  const start = new Date(Math.ceil(now / QUARTER_MS) * QUARTER_MS)
  const end = new Date(start.getTime() + 2 * HOUR_MS)
  return {
    kind: 'event', title: '', organisation_id: '', place: null, radius_m: 500, wifi: [], methods: ['qr', 'code'],
    start_date: dateOf(start), start_time: clock(start), end_date: dateOf(end), end_time: clock(end),
    opens_min: '30', late_min: '', capacity: '', gates: [], reentry: 0, fence: 0, offline: 0, undecided: 0, own_proof: 0,
    roster_id: '', not_listed: 0, expected_count: '', ask: [],
  }
}

/** A span in minutes, as it is typed. */
const minutesOf = (/** @type {number} */ seconds) => String(seconds / 60)
const secondsOf = (/** @type {string} */ minutes) => Math.round(60 * Number(minutes)) || 0

/**
 * The draft that says what an activity is, on the clock of this phone.
 *
 * @param {Activity} activity
 * @returns {Draft}
 */
const draftOf = ({ kind, title, organisation_id, place, wifi, methods, policy, capacity, gates, reentry, ask, ...activity }) => {
  const [start, end] = [new Date(parseTime(activity.starts_at)), new Date(parseTime(activity.ends_at))]
  return {
    kind: kind || '', title, organisation_id, methods,
    place: place && { name: place.name || '', latitude: place.latitude, longitude: place.longitude },
    radius_m: place ? place.radius_m || 0 : 500,
    wifi: wifi.map(({ ssid, bssid }) => ({ ssid, bssid })),
    start_date: dateOf(start), start_time: clock(start), end_date: dateOf(end), end_time: clock(end),
    opens_min: minutesOf(activity.opens_before_s), late_min: activity.late_after_s === null ? '' : minutesOf(activity.late_after_s),
    capacity: capacity ? String(capacity) : '', gates, reentry: Math.max(0, REENTRIES.indexOf(reentry)),
    fence: Math.max(0, FENCES.indexOf(policy.fence || '')), offline: Math.max(0, OFFLINES.indexOf(policy.offline || '')),
    undecided: UNDECIDED.indexOf(policy.undecided || ''), own_proof: Math.max(0, OWN_PROOFS.indexOf(policy.own_proof || '')),
    roster_id: activity.roster_id || '', not_listed: Math.max(0, NOT_LISTED.indexOf(policy.not_listed || '')),
    expected_count: activity.expected_count ? String(activity.expected_count) : '', ask,
  }
}

/** The phone's time zone by its IANA name; empty where the phone has no name for it. */
const zoneOfPhone = () => (typeof Intl === 'object' && Intl.DateTimeFormat().resolvedOptions().timeZone) || ''

/** A local time as RFC 3339, with the phone's own offset: only where its zone has no name. */
const instant = (/** @type {string} */ date, /** @type {string} */ time) => {
  const at = new Date(`${date.replace(/-/g, '/')} ${time}:00`)
  const minutes = -at.getTimezoneOffset()
  const sign = minutes < 0 ? '-' : '+'
  return `${date}T${time}:00${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

/**
 * What is still missing, as a key of the page's texts; empty when nothing is.
 *
 * @param {Draft} draft
 * @returns {'' | 'needsName' | 'needsOrder' | 'needsMethod' | 'needsPlace'}
 */
const missing = (draft) => {
  if (!draft.title.trim()) return 'needsName'
  if (`${draft.start_date} ${draft.start_time}` >= `${draft.end_date} ${draft.end_time}`) return 'needsOrder'
  if (!draft.methods.length) return 'needsMethod'
  return draft.methods.includes('place') && !draft.place ? 'needsPlace' : ''
}

/** What the clock on the wall shows; the server knows when that is, also where clocks change in between. */
const timesOf = (/** @type {Draft} */ draft, /** @type {string} */ time_zone) => {
  const at = time_zone ? (/** @type {string} */ date, /** @type {string} */ time) => `${date}T${time}:00` : instant
  const times = { starts_at: at(draft.start_date, draft.start_time), ends_at: at(draft.end_date, draft.end_time) }
  return time_zone ? { ...times, time_zone } : times
}

/** Where there is no place, the access points alone are what is checked. */
const policyOf = (/** @type {Draft} */ { place, wifi, fence, offline, undecided, own_proof, not_listed }) => ({
  fence: place ? FENCES[fence] : 'off',
  wifi: place || !wifi.length ? 'off' : FENCES[fence],
  offline: OFFLINES[offline],
  undecided: UNDECIDED[undecided] || null,
  own_proof: OWN_PROOFS[own_proof],
  not_listed: NOT_LISTED[not_listed],
})

/**
 * The body of the request.
 *
 * @param {Draft} draft
 * @param {string} [time_zone]
 */
const toBody = (draft, time_zone = zoneOfPhone()) => ({
  organisation_id: draft.organisation_id,
  kind: draft.kind,
  title: draft.title.trim(),
  ...timesOf(draft, time_zone),
  opens_before_s: secondsOf(draft.opens_min),
  late_after_s: draft.late_min === '' ? null : secondsOf(draft.late_min),
  place: draft.place && { ...draft.place, coord: 'gcj02', radius_m: draft.radius_m },
  wifi: draft.wifi,
  methods: draft.methods,
  policy: policyOf(draft),
  capacity: Number(draft.capacity) || 0,
  gates: draft.gates,
  reentry: REENTRIES[draft.reentry],
  roster_id: draft.roster_id || null,
  expected_count: draft.roster_id ? 0 : Number(draft.expected_count) || 0,
  ask: draft.ask,
})

const isSame = (/** @type {unknown} */ one, /** @type {unknown} */ other) => JSON.stringify(one) === JSON.stringify(other)

const changed = (/** @type {Record<string, any>} */ before, /** @type {Record<string, any>} */ now) =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => !isSame(value, before[name])))

/**
 * What of an activity changes; of its policy too only that. Whatever the form does not show is never among it.
 *
 * @param {Draft} before
 * @param {Draft} now
 */
const changesOf = (before, now) => {
  const [then, said] = [toBody(before, ''), toBody(now, '')]
  const { policy, ...changes } = changed(then, said)
  return policy ? { ...changes, policy: changed(then.policy, policy) } : changes
}

/**
 * What one changed, laid over what somebody else made of the activity meanwhile.
 *
 * @param {Draft} before What both began with.
 * @param {Draft} mine
 * @param {Draft} fresh
 */
const rebased = (before, mine, fresh) => /** @type {Draft} */ ({ ...fresh, ...changed(before, mine) })

module.exports = { KINDS, newDraft, draftOf, missing, toBody, changesOf, rebased }

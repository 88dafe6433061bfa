/** From what an organiser chose to the body of `POST /v1/activities`. Pure. */

const QUARTER_MS = 900000
const HOUR_MS = 3600000
const FENCES = ['review', 'refuse', 'off']
const OFFLINES = ['review', 'accept', 'refuse']

const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
const dateOf = (/** @type {Date} */ at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
const timeOf = (/** @type {Date} */ at) => `${two(at.getHours())}:${two(at.getMinutes())}`

/** @typedef {{ title: string, organisation_id: string, start_date: string, start_time: string, end_date: string, end_time: string, place: { name: string, latitude: number, longitude: number } | null, radius_m: number, methods: string[], opens_min: string, late_min: string, capacity: string, gates: string, fence: number, offline: number }} Draft */

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
    title: '', organisation_id: '', place: null, radius_m: 500, methods: ['qr', 'code'],
    start_date: dateOf(start), start_time: timeOf(start), end_date: dateOf(end), end_time: timeOf(end),
    opens_min: '30', late_min: '', capacity: '', gates: '', fence: 0, offline: 0,
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

const gatesOf = (/** @type {string} */ text) => text.split(/[,，、\n]/).map((gate) => gate.trim()).filter(Boolean)

/** What the clock on the wall shows; the server knows when that is, also where clocks change in between. */
const timesOf = (/** @type {Draft} */ draft, /** @type {string} */ time_zone) => {
  const at = time_zone ? (/** @type {string} */ date, /** @type {string} */ time) => `${date}T${time}:00` : instant
  const times = { starts_at: at(draft.start_date, draft.start_time), ends_at: at(draft.end_date, draft.end_time) }
  return time_zone ? { ...times, time_zone } : times
}

/**
 * The body of the request.
 *
 * @param {Draft} draft
 * @param {string} [time_zone]
 */
const toBody = (draft, time_zone = zoneOfPhone()) => ({
  organisation_id: draft.organisation_id,
  kind: 'event',
  title: draft.title.trim(),
  ...timesOf(draft, time_zone),
  opens_before_s: 60 * (Number(draft.opens_min) || 0),
  late_after_s: draft.late_min === '' ? null : 60 * Number(draft.late_min),
  place: draft.place && { ...draft.place, coord: 'gcj02', radius_m: draft.radius_m },
  methods: draft.methods,
  policy: { fence: draft.place ? FENCES[draft.fence] : 'off', offline: OFFLINES[draft.offline] },
  capacity: Number(draft.capacity) || 0,
  gates: gatesOf(draft.gates),
})

module.exports = { newDraft, missing, toBody }

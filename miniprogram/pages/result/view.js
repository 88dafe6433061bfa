/** What a result page says: how it went, why, by how much, and what to do next. Pure. */

const { moment } = require('../../core/format')
const { HELD } = require('../../core/presence')
const { toldReasons, TONES } = require('../../components/record-item/view')
const texts = require('../../texts/index')

const OPEN = ['provisional', 'pending_review']
/** How far a check-in may be told to be heard, seen and felt. */
const FELT = /** @type {Record<string, 'light' | 'medium' | 'heavy'>} */ (
  { accepted: 'medium', duplicate: 'light', superseded: 'light', refused: 'heavy', annulled: 'heavy' })

/** @typedef {ReturnType<typeof texts.explain>} Cause */
/** `leaves`: the activity that a second check-in may have meant to leave. */
/** @typedef {{ tone: string, title: string, where: string, when: string, why: string, said: string, much: string, what: string, also: Cause[], hint: string, action: string, action_text: string, felt: '' | 'light' | 'medium' | 'heavy', is_open: boolean, is_done: boolean, is_saved: boolean, is_stranger: boolean, leaves: string, activity_id: string, id: string, request_id: string }} View */

const hintOf = (/** @type {Checkin} */ checkin, /** @type {number} */ now) => {
  if (checkin.duplicate_of) return texts.result.first[checkin.direction || 'in'](moment(checkin.duplicate_of.checked_in_at, now, texts.common))
  if (checkin.outcome === 'pending_review') return texts.result.reviewer
  if (checkin.outcome === 'provisional') return texts.result.completing
  if (checkin.punctuality === 'late') return texts.result.late(texts.duration(checkin.late_by_s))
  return checkin.punctuality === 'early_leave' ? texts.result.earlyLeave : ''
}

const actionText = (/** @type {string} */ action) => /** @type {Record<string, string>} */ (texts.result.actions)[action]

/** What was accepted late says so in its hint. */
const causesOf = (/** @type {Checkin} */ checkin) =>
  toldReasons(checkin).map((reason) => texts.explain(reason)).map((cause) => ({ ...cause, action: actionOf(cause, checkin) }))

/** Coming nearer needs no other credential, but a QR, which is another one by then. */
const actionOf = (/** @type {Cause} */ { action }, /** @type {Checkin} */ { method }) =>
  (action === 'nearer' && method === 'qr' ? 'scan' : action)

/** Who may yet say that they are on the roster: nobody has decided otherwise. */
const isStranger = (/** @type {Checkin} */ { outcome, reasons }, /** @type {Api['Event'][]} */ history) =>
  ['pending_review', 'refused'].includes(outcome) && reasons.some(({ reason }) => reason === 'NOT_ON_ROSTER') && !humanly(history).length

const humanly = (/** @type {Api['Event'][]} */ history) =>
  history.filter(({ event, is_stale }) => ['approved', 'refused', 'annulled', 'appealed'].includes(event) && !is_stale)

/** Whether its person may still have their word: once. */
const canAppeal = (/** @type {Checkin} */ checkin, /** @type {Api['Event'][]} */ history) =>
  checkin.outcome === 'refused' && Boolean(checkin.occurrence_id) && !humanly(history).some(({ event }) => event === 'appealed')

/** What a human decided against it speaks for itself: their words, and what may be said against them. */
const ruledBy = (/** @type {Checkin} */ checkin, /** @type {Api['Event'][]} */ history) => {
  const [last] = humanly(history).slice(-1)
  if (!last || last.event !== checkin.outcome) return null
  const action = canAppeal(checkin, history) ? 'appeal' : 'none'
  // Nobody did: the reasons say so.
  if (last.is_lapse) return { action, action_text: actionText(action) }
  return { why: texts.result.byHuman[last.event], said: last.reason || '', much: '', what: '', also: [], action, action_text: actionText(action) }
}

/** @type {View} */
const SAVED = {
  tone: 'wait', title: texts.result.saved, where: '', when: '', why: '', said: '', much: '', what: '', also: [], hint: texts.result.savedHint,
  action: 'none', action_text: '', felt: '', is_open: false, is_done: false, is_saved: true, is_stranger: false, leaves: '', activity_id: '', id: '', request_id: '',
}

/** @type {View} */
const UNSAVED = { ...SAVED, tone: 'bad', title: texts.result.unsaved, hint: texts.result.unsavedHint }

/** @type {View} */
const UNKNOWN = { ...SAVED, tone: 'bad', title: texts.result.unknown, hint: '', is_saved: false }

/**
 * The page of a record.
 *
 * @param {Checkin} checkin
 * @param {number} now
 * @param {string} request_id
 * @param {Api['Event'][]} [history] As far as it is known.
 * @returns {View}
 */
const ofCheckin = (checkin, now, request_id, history = []) => {
  const [cause, ...also] = causesOf(checkin)
  const action = checkin.outcome === 'provisional' || !cause ? 'none' : cause.action
  return {
    tone: TONES[checkin.outcome],
    title: texts.outcomes[checkin.outcome][checkin.direction || 'in'],
    where: [checkin.activity_title, checkin.place_name].filter(Boolean).join(' · '),
    when: HELD.includes(checkin.outcome) ? moment(checkin.checked_in_at, now, texts.common) : '',
    why: cause ? cause.why : '',
    said: '',
    much: cause ? cause.much : '',
    what: cause && [...HELD, 'refused'].includes(checkin.outcome) ? cause.what : '',
    also,
    hint: hintOf(checkin, now),
    action,
    action_text: actionText(action),
    felt: FELT[checkin.outcome] || '',
    is_open: OPEN.includes(checkin.outcome),
    is_done: HELD.includes(checkin.outcome),
    is_saved: false,
    is_stranger: isStranger(checkin, history),
    activity_id: checkin.activity_id || '',
    leaves: checkin.outcome === 'duplicate' && checkin.direction !== 'out' ? checkin.activity_id || '' : '',
    id: checkin.id,
    request_id: request_id && checkin.outcome === 'refused' ? texts.common.requestId(request_id) : '',
    ...ruledBy(checkin, history),
  }
}

/**
 * The same page with a cause that the phone knows better.
 *
 * @param {View} view
 * @param {Reason} reason
 * @returns {View}
 */
const withCause = (view, reason) => {
  const { why, what, action } = texts.explain(reason)
  return { ...view, why, much: '', what, action, action_text: actionText(action) }
}

/**
 * The page of an answer; null for one this phone does not remember.
 *
 * @param {CheckinAnswer | null} answer
 * @param {number} now
 */
const viewOf = (answer, now) => {
  if (!answer) return UNKNOWN
  if (answer.state === 'unsaved') return UNSAVED
  return answer.checkin ? ofCheckin(answer.checkin, now, answer.request_id) : { ...SAVED, hint: answer.message || SAVED.hint }
}

module.exports = { viewOf, ofCheckin, withCause, canAppeal }

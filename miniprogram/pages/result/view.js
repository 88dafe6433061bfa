/** What a result page says: how it went, why, by how much, and what to do next. Pure. */

const { moment } = require('../../core/format')
const { HELD } = require('../../core/presence')
const { causeOf, TONES } = require('../../components/record-item/view')
const texts = require('../../texts/index')

const OPEN = ['provisional', 'pending_review']

/** `leaves`: the activity that a second check-in may have meant to leave. */
/** @typedef {{ tone: string, title: string, where: string, when: string, why: string, much: string, what: string, hint: string, action: string, action_text: string, is_open: boolean, is_done: boolean, is_saved: boolean, leaves: string, id: string, request_id: string }} View */

const hintOf = (/** @type {Checkin} */ checkin, /** @type {number} */ now) => {
  if (checkin.duplicate_of) return texts.result.first(moment(checkin.duplicate_of.checked_in_at, now, texts.common))
  if (checkin.outcome === 'pending_review') return texts.result.reviewer
  if (checkin.outcome === 'provisional') return texts.result.completing
  if (checkin.punctuality === 'late') return texts.result.late(texts.duration(checkin.late_by_s))
  return checkin.punctuality === 'early_leave' ? texts.result.earlyLeave : ''
}

/** @type {View} */
const SAVED = {
  tone: 'wait', title: texts.result.saved, where: '', when: '', why: '', much: '', what: '', hint: texts.result.savedHint,
  action: 'none', action_text: '', is_open: false, is_done: false, is_saved: true, leaves: '', id: '', request_id: '',
}

/** @type {View} */
const UNKNOWN = { ...SAVED, tone: 'bad', title: texts.result.unknown, hint: '', is_saved: false }

/**
 * The page of a record.
 *
 * @param {Checkin} checkin
 * @param {number} now
 * @param {string} request_id
 * @returns {View}
 */
const ofCheckin = (checkin, now, request_id) => {
  const cause = causeOf(checkin)
  const action = checkin.outcome === 'provisional' || !cause ? 'none' : cause.action
  return {
    tone: TONES[checkin.outcome],
    title: texts.outcomes[checkin.outcome][checkin.direction || 'in'],
    where: [checkin.activity_title, checkin.place_name].filter(Boolean).join(' · '),
    when: HELD.includes(checkin.outcome) ? moment(checkin.checked_in_at, now, texts.common) : '',
    why: cause ? cause.why : '',
    much: cause ? cause.much : '',
    what: cause && checkin.outcome === 'refused' ? cause.what : '',
    hint: hintOf(checkin, now),
    action,
    action_text: /** @type {Record<string, string>} */ (texts.result.actions)[action],
    is_open: OPEN.includes(checkin.outcome),
    is_done: HELD.includes(checkin.outcome),
    is_saved: false,
    leaves: checkin.outcome === 'duplicate' && checkin.direction !== 'out' ? checkin.activity_id || '' : '',
    id: checkin.id,
    request_id: request_id && checkin.outcome === 'refused' ? texts.common.requestId(request_id) : '',
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
  return { ...view, why, much: '', what, action, action_text: /** @type {Record<string, string>} */ (texts.result.actions)[action] }
}

/**
 * The page of an answer; null for one this phone does not remember.
 *
 * @param {CheckinAnswer | null} answer
 * @param {number} now
 */
const viewOf = (answer, now) => {
  if (!answer) return UNKNOWN
  return answer.checkin ? ofCheckin(answer.checkin, now, answer.request_id) : { ...SAVED, hint: answer.message || SAVED.hint }
}

module.exports = { viewOf, ofCheckin, withCause }

/** How a record is shown in a line. Pure. */

const { moment } = require('../../core/format')
const { HELD } = require('../../core/presence')
const texts = require('../../texts/index')

/** @type {Record<string, string>} */
const TONES = {
  accepted: 'good',
  duplicate: 'good',
  superseded: 'good',
  pending_review: 'wait',
  provisional: 'wait',
  refused: 'bad',
  annulled: 'bad',
}

/**
 * Of a success nothing needs a cause.
 *
 * @param {Checkin} checkin
 */
const causeOf = ({ outcome, reasons }) => (HELD.includes(outcome) || !reasons.length ? null : texts.explain(reasons[0]))

/** @typedef {{ key: string, id: string, title: string, direction: string, when: string, place: string, why: string, tag: string, tone: string, is_refused: boolean }} Line */

/**
 * The line of a record the server knows.
 *
 * @param {Checkin} checkin
 * @param {number} now
 * @returns {Line}
 */
const lineOf = (checkin, now) => ({
  key: checkin.attempt_id,
  id: checkin.id,
  title: checkin.activity_title || texts.common.untitled,
  direction: texts.checkin.direction[checkin.direction || 'in'],
  when: moment(checkin.checked_in_at, now, texts.common),
  place: checkin.place_name || '',
  why: causeOf(checkin)?.why || '',
  tag: checkin.outcome === 'accepted' && checkin.punctuality === 'late' ? texts.common.late : texts.tags[checkin.outcome],
  tone: checkin.outcome === 'accepted' && checkin.punctuality === 'late' ? 'wait' : TONES[checkin.outcome],
  is_refused: false,
})

/**
 * The line of an attempt that waits on the phone, or that the server would not take.
 *
 * @param {Queued} queued
 * @param {number} now
 * @returns {Line}
 */
const lineOfQueued = (queued, now) => ({
  key: queued.attempt.attempt_id,
  id: '',
  title: queued.title || texts.common.untitled,
  direction: texts.checkin.direction[queued.attempt.direction],
  when: moment(new Date(queued.queued_at).toISOString(), now, texts.common),
  place: '',
  why: queued.state === 'refused' ? queued.message : texts.records.waiting,
  tag: queued.state === 'refused' ? texts.tags.rejected : texts.tags.waiting,
  tone: queued.state === 'refused' ? 'bad' : 'wait',
  is_refused: queued.state === 'refused',
})

module.exports = { causeOf, lineOf, lineOfQueued, TONES }

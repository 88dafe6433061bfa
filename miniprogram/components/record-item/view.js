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

/** What is told of a success all the same: where its person is by it. */
const OF_SUCCESS = ['LEFT_AGAIN', 'OUT_WITHOUT_IN']

/**
 * The reasons that need telling: of a success hardly any.
 *
 * @param {Checkin} checkin
 */
const toldReasons = ({ outcome, reasons }) => (HELD.includes(outcome) ? reasons.filter(({ reason }) => OF_SUCCESS.includes(reason)) : reasons)

const whyOf = (/** @type {Checkin} */ checkin) => toldReasons(checkin).slice(0, 1).map((reason) => texts.explain(reason).why).join('')

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
  why: whyOf(checkin),
  tag: checkin.outcome === 'accepted' && checkin.punctuality === 'late' ? texts.common.late : texts.tags[checkin.outcome],
  tone: checkin.outcome === 'accepted' && checkin.punctuality === 'late' ? 'wait' : TONES[checkin.outcome],
  is_refused: false,
})

/**
 * The line of an attempt that waits on the phone, or that the server would not take.
 *
 * @param {Queued} queued
 * @param {number} now
 * @param {boolean} is_kept On the storage, not in memory only.
 * @returns {Line}
 */
const lineOfQueued = (queued, now, is_kept) => ({
  key: queued.attempt.attempt_id,
  id: '',
  title: queued.title || texts.common.untitled,
  direction: texts.checkin.direction[queued.attempt.direction],
  when: moment(new Date(queued.queued_at).toISOString(), now, texts.common),
  place: '',
  why: queued.state === 'refused' ? queued.message : texts.records[is_kept ? 'waiting' : 'unsaved'],
  tag: texts.tags[queued.state === 'refused' ? 'rejected' : is_kept ? 'waiting' : 'unsaved'],
  tone: queued.state === 'refused' ? 'bad' : 'wait',
  is_refused: queued.state === 'refused',
})

module.exports = { toldReasons, lineOf, lineOfQueued, TONES }

/** One record: what it is, what happened to it and when, and a word of one's own against a refusal. */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const { isInside } = require('../../core/presence')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { canAppeal, ofCheckin } = require('../result/view')

const CAME = ['accepted', 'duplicate']
const DECIDED = ['completed', 'approved', 'refused', 'annulled', 'appealed', 'marked']

const factsOf = (/** @type {Checkin} */ checkin, /** @type {number} */ now) => [
  [texts.record.time, moment(checkin.checked_in_at, now, texts.common)],
  [texts.record.place, checkin.place_name || ''],
  [texts.record.method, checkin.method ? texts.methods[checkin.method] : ''],
  [texts.record.gate, checkin.gate || ''],
  [texts.record.distance, checkin.distance_m === null ? '' : texts.metres(checkin.distance_m)],
].filter(([, value]) => value).map(([name, value]) => ({ name, value }))

const deedOf = (/** @type {Api['Event']} */ { event, mark, is_lapse }) => {
  if (is_lapse) return event === 'approved' ? texts.record.lapsed.present : texts.record.lapsed.absent
  return mark ? texts.record.marked[mark] : texts.record.events[event]
}

const stepOf = (/** @type {Api['Event']} */ event, /** @type {number} */ now) => ({
  text: deedOf(event) + (event.is_stale ? texts.record.stale : ''),
  when: moment(event.at, now, texts.common),
  reason: event.reason || '',
  is_decided: DECIDED.includes(event.event),
})

const proofAt = (/** @type {Checkin} */ { outcome, direction, activity_id }) =>
  (CAME.includes(outcome) && direction !== 'out' && activity_id ? `/v1/activities/${activity_id}/me/proof` : '')

Page({
  data: {
    t: texts.record,
    common: texts.common,
    /** @type {any} */ view: null,
    title: '',
    is_offline: false,
    /** @type {any[]} */ facts: [],
    /** @type {any[]} */ steps: [],
    can_appeal: false,
    can_leave: false,
    /** Where a proof of having come is asked for; empty: there is nothing to prove. */
    proof_at: '',
    is_sending: false,
    /** @type {Failure | null} */ failure: null,
  },

  id: '',
  /** @type {Checkin | null} */ checkin: null,

  async onLoad(/** @type {{ id: string, appeal?: string }} */ { id, appeal }) {
    this.id = id
    await this.load()
    if (appeal && this.data.can_appeal) await this.appeal()
  },

  onShow() {
    if (this.checkin) this.offerLeaving(this.checkin)
  },

  async load() {
    this.setData({ failure: null })
    try {
      this.show(await getApp().services.records.get(this.id))
    } catch (thrown) {
      this.showKnown(asFailure(thrown))
    }
  },

  /** What this phone remembers of it, without its history; the failure where it remembers nothing. */
  showKnown(/** @type {Failure} */ failure) {
    const known = getApp().services.records.cached().checkins.find(({ id }) => id === this.id)
    if (!known) return this.setData({ failure })
    this.show({ checkin: known, message: '', history: [] })
    return feedback.toast(texts.say(failure))
  },

  show(/** @type {CheckinRecord} */ { checkin, history }) {
    const now = getApp().services.platform.now()
    this.checkin = checkin
    this.offerLeaving(checkin)
    this.setData({
      view: ofCheckin(checkin, now, '', history),
      title: checkin.activity_title || texts.common.untitled,
      is_offline: checkin.is_offline,
      facts: factsOf(checkin, now),
      steps: history.map((one, index) => ({ index, ...stepOf(one, now) })),
      can_appeal: canAppeal(checkin, history),
      proof_at: proofAt(checkin),
    })
  },

  /** While the occurrence lasts; where that cannot be told nothing is offered. */
  async offerLeaving(/** @type {Checkin} */ checkin) {
    const { activities, records } = getApp().services
    const { activity_id, occurrence_id } = checkin
    const is_inside = isInside([checkin, ...records.cached().checkins], occurrence_id)
    if (is_inside && activity_id) await activities.byId(activity_id).catch(() => {})
    const lasts = () => activities.upcoming().some((/** @type {Card} */ card) => card.occurrence_id === occurrence_id)
    this.setData({ can_leave: is_inside && lasts() })
  },

  leave() {
    if (this.checkin) navigation.open('/pages/checkin/checkin', { activity_id: this.checkin.activity_id || '', direction: 'out' })
  },

  appeal() {
    return alone(this, async () => {
      const reason = await feedback.prompt(texts.record.appealAsk)
      if (reason === null) return
      if (!reason) return feedback.toast(texts.record.appealEmpty)
      this.setData({ is_sending: true })
      try {
        this.show(await getApp().services.records.appeal(this.id, reason))
        feedback.toast(texts.record.appealed)
      } catch (thrown) {
        feedback.toast(texts.say(asFailure(thrown)))
      }
      this.setData({ is_sending: false })
    })
  },
})

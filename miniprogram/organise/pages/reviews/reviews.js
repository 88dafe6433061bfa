/** What waits for a human: why, by how much, and two buttons. A whole offline class is one decision. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { join } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')

const t = texts.organise.reviews

const lineOf = (/** @type {Review} */ review, /** @type {number} */ now) => {
  const { checkin } = review
  // The causes of a fence name distance and accuracy themselves.
  const is_placed = checkin.reasons.some(({ reason }) => reason.startsWith('FENCE_'))
  const appeals = review.history.filter((one) => one.event === 'appealed' && !one.is_stale)
  return {
    id: review.id,
    name: review.user_name || texts.organise.people.unnamed,
    causes: checkin.reasons.map((reason) => texts.explain(reason)),
    facts: [
      is_placed || checkin.distance_m === null ? '' : t.distance(texts.metres(checkin.distance_m)),
      is_placed || review.accuracy_m === null ? '' : t.accuracy(review.accuracy_m),
      t.received(moment(review.received_at, now, texts.common)),
      checkin.is_offline && review.claimed_at ? t.claimed(moment(review.claimed_at, now, texts.common)) : '',
    ].filter(Boolean).join(' · '),
    appeal: appeals.length ? t.appeal(appeals[appeals.length - 1].reason || '') : '',
    state: review.is_recorded ? '' : t.processing,
  }
}

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any[]} */ lines: [],
    /** @type {any[]} */ bulks: [],
    is_loading: true,
    has_more: false,
    busy: '',
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  page_token: '',
  /** @type {Review[]} */ reviews: [],

  onLoad(/** @type {{ activity_id: string }} */ { activity_id }) {
    this.activity_id = activity_id
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  onReachBottom() {
    if (this.data.has_more && !this.data.is_loading) this.read(this.page_token)
  },

  load() {
    return this.read('')
  },

  async read(/** @type {string} */ page_token) {
    this.setData({ is_loading: true, failure: null })
    try {
      const page = await getApp().services.organise.reviews({ activity_id: this.activity_id, state: 'pending', page_token })
      this.reviews = page_token ? join(this.reviews, page.reviews, 'id') : page.reviews
      this.page_token = page.next_page_token
      if (!page_token) this.setData({ bulks: this.bulksOf(page.cases) })
      this.setData({ has_more: Boolean(page.next_page_token) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
    this.show()
  },

  bulksOf(/** @type {{ occurrence_id: string, pending_offline: number }[]} */ cases) {
    return cases
      .filter(({ pending_offline }) => pending_offline > 1)
      .map(({ occurrence_id, pending_offline }) => ({ id: occurrence_id, count: pending_offline, text: t.bulk(pending_offline) }))
  },

  show() {
    const now = getApp().services.platform.now()
    this.setData({ lines: this.reviews.map((review) => lineOf(review, now)) })
  },

  approve(/** @type {any} */ event) {
    this.decide(event.currentTarget.dataset.id, 'approve', '')
  },

  async refuse(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    const reason = await this.askWhy()
    if (reason) this.decide(id, 'refuse', reason)
  },

  async askWhy() {
    const reason = await feedback.prompt(t.refuseAsk)
    if (reason === '') feedback.toast(t.refuseEmpty)
    return reason
  },

  async decide(/** @type {string} */ id, /** @type {'approve' | 'refuse'} */ decision, /** @type {string} */ reason) {
    const review = this.reviews.find((one) => one.id === id)
    if (!review || this.data.busy) return
    this.setData({ busy: id })
    try {
      const decided = await getApp().services.organise.decide(review, decision, reason)
      // Not recorded yet: it stays in sight until it is.
      this.reviews = decided.is_recorded ? this.reviews.filter((one) => one.id !== id) : this.reviews.map((one) => (one.id === id ? decided : one))
      feedback.toast(decision === 'approve' ? t.approved : t.refused)
    } catch (thrown) {
      await this.notDecided(asFailure(thrown))
    }
    this.setData({ busy: '' })
    this.show()
  },

  async notDecided(/** @type {Failure} */ failure) {
    if (failure.status !== 409) return feedback.toast(texts.say(failure))
    feedback.toast(t.stale)
    return this.load()
  },

  async approveAll(/** @type {any} */ event) {
    const { id, count } = event.currentTarget.dataset
    if (await feedback.confirm(t.bulkAsk(count))) this.decideAll(id, 'approve', '')
  },

  async refuseAll(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    const reason = await this.askWhy()
    if (reason) this.decideAll(id, 'refuse', reason)
  },

  async decideAll(/** @type {string} */ occurrence_id, /** @type {'approve' | 'refuse'} */ decision, /** @type {string} */ reason) {
    this.setData({ busy: occurrence_id })
    try {
      const results = await getApp().services.organise.decideOffline(occurrence_id, decision, reason)
      feedback.toast(t.bulkDone(results.length))
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
    this.setData({ busy: '' })
    this.load()
  },
})

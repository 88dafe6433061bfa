/** What waits for a human: why, by how much, and two buttons. A person who tried twice is one case, a whole offline class one decision. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { join } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.organise.reviews

/** What one person wants of one occurrence, however often they tried. */
const wishOf = (/** @type {Review} */ { checkin }) => [checkin.occurrence_id, checkin.user_id, checkin.direction].join(' ')

/** Cases by wish, the latest try of each first: the one to look at. */
const grouped = (/** @type {Review[]} */ reviews) => {
  /** @type {Map<string, Review[]>} */
  const groups = new Map()
  for (const review of reviews) groups.set(wishOf(review), [review, ...(groups.get(wishOf(review)) || [])])
  return [...groups.values()]
}

const lastOf = (/** @type {Review} */ review, /** @type {string} */ event) =>
  review.history.filter((one) => one.event === event && !one.is_stale).map((one) => one.reason || '').pop()

const HOUR_MS = 3600000

/** What becomes of a case by itself, and when, in whole hours. */
const leftOf = (/** @type {Review} */ { lapse }, /** @type {number} */ now) => {
  if (!lapse) return ''
  const hours = Math.floor((Date.parse(lapse.at) - now) / HOUR_MS)
  return t.left(hours < 1 ? '' : texts.duration(hours * 3600), t.countsAs[lapse.counts_as])
}

const lineOf = (/** @type {Review[]} */ [review, ...earlier], /** @type {number} */ now) => {
  const { checkin } = review
  // The causes of a fence name distance and accuracy themselves.
  const is_placed = checkin.reasons.some(({ reason }) => reason.startsWith('FENCE_'))
  const [appeal, refusal] = [lastOf(review, 'appealed'), lastOf(review, 'refused')]
  return {
    id: review.id,
    name: review.user_name || texts.organise.people.unnamed,
    stranger_id: checkin.reasons.some(({ reason }) => reason === 'NOT_ON_ROSTER') ? checkin.user_id : '',
    causes: checkin.reasons.map((reason) => texts.explain(reason)),
    facts: [
      is_placed || checkin.distance_m === null ? '' : t.distance(texts.metres(checkin.distance_m)),
      is_placed || review.accuracy_m === null ? '' : t.accuracy(review.accuracy_m),
      earlier.length ? t.tries(earlier.length + 1) : '',
      t.received(moment(review.received_at, now, texts.common)),
      checkin.is_offline && review.claimed_at ? t.claimed(moment(review.claimed_at, now, texts.common)) : '',
    ].filter(Boolean).join(' · '),
    refused: refusal === undefined ? '' : t.refusedBefore(refusal),
    appeal: appeal === undefined ? '' : t.appeal(appeal),
    state: review.is_recorded ? '' : t.processing,
    left: leftOf(review, now),
  }
}

Page({
  data: {
    t,
    people: texts.organise.people,
    common: texts.common,
    rehearsal: '',
    /** @type {any[]} */ lines: [],
    /** @type {any[]} */ bulks: [],
    is_loading: true,
    has_more: false,
    busy: '',
    can_match: false,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  roster_id: '',
  page_token: '',
  /** @type {Review[]} */ reviews: [],

  onLoad(/** @type {{ activity_id: string, rehearsal?: string, roster_id?: string }} */ { activity_id, rehearsal, roster_id = '' }) {
    Object.assign(this, { activity_id, roster_id })
    this.setData({ can_match: Boolean(roster_id) })
    if (rehearsal) this.setData({ rehearsal: texts.organise.rehearsal })
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
    this.setData({ lines: grouped(this.reviews).map((reviews) => lineOf(reviews, now)) })
  },

  /** Who somebody is comes first; whether they are let in is another decision. */
  match(/** @type {any} */ event) {
    const { id, name } = event.currentTarget.dataset
    navigation.open('/organise/pages/match/match', { roster_id: this.roster_id, user_id: id, name })
  },

  approve(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    return alone(this, () => this.decide(id, 'approve', ''))
  },

  refuse(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    return alone(this, async () => {
      const reason = await this.askWhy()
      if (reason) await this.decide(id, 'refuse', reason)
    })
  },

  async askWhy() {
    const reason = await feedback.prompt(t.refuseAsk)
    if (reason === '') feedback.toast(t.refuseEmpty)
    return reason
  },

  async decide(/** @type {string} */ id, /** @type {'approve' | 'refuse'} */ decision, /** @type {string} */ reason) {
    const reviews = grouped(this.reviews).find(([latest]) => latest.id === id)
    if (!reviews) return
    this.setData({ busy: id })
    try {
      await this.decideEach(reviews, decision, reason)
      feedback.toast(decision === 'approve' ? t.approved : t.refused)
    } catch (thrown) {
      await this.notDecided(asFailure(thrown))
    }
    this.setData({ busy: '' })
    this.show()
  },

  /** An approval settles the earlier tries with it; each refusal raises the revision that the next one goes by. */
  async decideEach(/** @type {Review[]} */ [latest, ...earlier], /** @type {'approve' | 'refuse'} */ decision, /** @type {string} */ reason) {
    const decided = await getApp().services.organise.decide(latest, decision, reason)
    const settled = decision === 'approve' ? [latest, ...earlier] : [latest]
    // Not recorded yet: it stays in sight until it is.
    this.reviews = decided.is_recorded ? this.reviews.filter((one) => !settled.includes(one)) : this.reviews.map((one) => (one === latest ? decided : one))
    if (!decided.is_recorded || decision === 'approve' || !earlier.length) return
    const raised = earlier.map((one) => ({ ...one, revision: decided.revision }))
    this.reviews = this.reviews.map((one) => raised[earlier.indexOf(one)] || one)
    await this.decideEach(raised, decision, reason)
  },

  async notDecided(/** @type {Failure} */ failure) {
    if (failure.status !== 409) return feedback.toast(texts.say(failure))
    feedback.toast(t.stale)
    return this.load()
  },

  approveAll(/** @type {any} */ event) {
    const { id, count } = event.currentTarget.dataset
    return alone(this, async () => {
      if (await feedback.confirm(t.bulkAsk(count))) await this.decideAll(id, 'approve', '')
    })
  },

  refuseAll(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    return alone(this, async () => {
      const reason = await this.askWhy()
      if (reason) await this.decideAll(id, 'refuse', reason)
    })
  },

  async decideAll(/** @type {string} */ occurrence_id, /** @type {'approve' | 'refuse'} */ decision, /** @type {string} */ reason) {
    this.setData({ busy: occurrence_id })
    try {
      const results = await getApp().services.organise.decideOffline(occurrence_id, decision, reason)
      feedback.toast(t.bulkDone(results.filter(({ review }) => review).length))
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
    this.setData({ busy: '' })
    await this.load()
  },
})

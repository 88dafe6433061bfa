/** An activity as it runs: the numbers live, and the ways to the QR, the people, the door and the doubtful ones. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const { clock, span } = require('../../../core/format')
const { parseTime } = require('../../../core/time')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { barsOf } = require('./chart')

const CAN_MANAGE = ['owner', 'organiser']
const STATES = /** @type {Record<string, string>} */ (texts.organise.states)
const t = texts.organise.hub

const tilesOf = (/** @type {Stats} */ stats) => [
  { name: t.inside, count: stats.inside, tone: '' },
  { name: t.late, count: stats.late, tone: stats.late ? 'wait' : '' },
  { name: t.provisional, count: stats.provisional, tone: '' },
  { name: t.refused, count: stats.refused, tone: stats.refused ? 'bad' : '' },
]

Page({
  data: {
    t,
    common: texts.common,
    /** @type {Activity | null} */ activity: null,
    state: '',
    when: '',
    can_manage: false,
    /** @type {Stats | null} */ stats: null,
    /** @type {any[]} */ tiles: [],
    /** @type {any[]} */ bars: [],
    as_of: '',
    rate: '',
    expected: '',
    is_cut: false,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  is_qr_due: false,
  /** @type {(() => void) | null} */ stop: null,

  onLoad(/** @type {{ activity_id: string, qr?: string }} */ options) {
    this.activity_id = options.activity_id
    this.is_qr_due = Boolean(options.qr)
  },

  onShow() {
    this.load()
    if (!this.is_qr_due) return
    this.is_qr_due = false
    this.showQr()
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
  },

  leave() {
    if (this.stop) this.stop()
    this.stop = null
  },

  async load() {
    this.setData({ failure: null })
    try {
      const { organise } = getApp().services
      this.show(await organise.get(this.activity_id))
      if (!this.stop) this.stop = organise.live(this.activity_id, (/** @type {Stats} */ stats) => this.count(stats), () => this.setData({ is_cut: true }))
      const all = await organise.organisations()
      const mine = all.find((/** @type {Organisation} */ one) => this.data.activity && one.id === this.data.activity.organisation_id)
      this.setData({ can_manage: CAN_MANAGE.includes((mine && mine.role) || '') })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  show(/** @type {Activity} */ activity) {
    const now = getApp().services.serverNow()
    this.setData({ activity, state: STATES[activity.state || ''] || '', when: span(activity.starts_at, activity.ends_at, now, texts.common) })
  },

  count(/** @type {Stats} */ stats) {
    this.setData({
      stats,
      is_cut: false,
      tiles: tilesOf(stats),
      bars: barsOf(stats.by_minute),
      as_of: t.asOf(clock(new Date(parseTime(stats.as_of)))),
      expected: stats.expected === null ? '' : t.expected(stats.expected),
      rate: stats.rate === null ? '' : t.rate(stats.rate),
    })
  },

  copyCode() {
    return alone(this, async () => {
      if (!this.data.activity || !this.data.activity.code) return
      await feedback.copy(this.data.activity.code)
      feedback.toast(t.copied)
    })
  },

  publish() {
    return alone(this, () => this.move('publish'))
  },

  close() {
    return alone(this, async () => {
      if (await feedback.confirm(t.closeAsk)) await this.move('close')
    })
  },

  cancel() {
    return alone(this, async () => {
      if (await feedback.confirm(t.cancelAsk)) await this.move('cancel')
    })
  },

  /** People are invited to the activity; its QR is for those who are there, and goes nowhere. */
  onShareAppMessage() {
    const { activity, when } = this.data
    if (!activity || activity.state !== 'published') return { title: texts.common.untitled, path: '/pages/home/home' }
    return { title: t.invitation(activity.title, when), path: `/pages/activity/activity?activity_id=${activity.id}` }
  },

  async move(/** @type {'publish' | 'close' | 'cancel'} */ verb) {
    try {
      this.show(await getApp().services.organise[verb](this.activity_id))
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
  },

  showQr() {
    navigation.open('/organise/pages/qr/qr', { activity_id: this.activity_id })
  },

  showPeople() {
    navigation.open('/organise/pages/people/people', { activity_id: this.activity_id })
  },

  showStaff() {
    navigation.open('/organise/pages/staff/staff', { activity_id: this.activity_id })
  },

  showReviews() {
    navigation.open('/organise/pages/reviews/reviews', { activity_id: this.activity_id })
  },
})

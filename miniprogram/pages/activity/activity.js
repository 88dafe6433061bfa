/** An activity as a participant sees it before checking in. */

const { asFailure, isPassing } = require('../../core/failure')
const { moment, span } = require('../../core/format')
const { isInside } = require('../../core/presence')
const { parseTime, since } = require('../../core/time')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

const CLOCK_MS = 5000
/** What its organisers change shows by itself within this, and at once by a pull: a hall of phones must not ask all the time. */
const FRESH_MS = 60000

/** Whether somebody at its door may still want to see who one is. */
const isLive = (/** @type {Card} */ card, /** @type {number} */ now) => card.state === 'published' && now <= parseTime(card.closes_at)

/** Whether it can still be said who comes. */
const isComing = (/** @type {Card} */ card, /** @type {number} */ now) => card.state === 'published' && now < parseTime(card.starts_at)

const stateOf = (/** @type {Card} */ card, /** @type {number} */ now) => {
  if (card.state === 'cancelled') return { text: texts.activity.cancelled(texts.ofKind(card.kind).one), tone: 'bad', is_open: false }
  if (card.state === 'closed' || now > parseTime(card.closes_at)) return { text: texts.activity.closed, tone: '', is_open: false }
  if (now < parseTime(card.opens_at)) return { text: texts.activity.opens(moment(card.opens_at, now, texts.common)), tone: 'brand', is_open: false }
  return { text: texts.activity.openNow, tone: 'good', is_open: true }
}

Page({
  data: {
    t: texts.activity,
    code: texts.code,
    common: texts.common,
    /** @type {Card | null} */ card: null,
    /** @type {any} */ state: null,
    nth: '',
    is_coming: false,
    is_live: false,
    is_inside: false,
    when: '',
    how: '',
    range: '',
    time: '',
    /** @type {Failure | null} */ failure: null,
  },

  /** @type {{ code?: string, activity_id?: string }} */ asked: {},
  /** @type {any} */ clock: 0,
  loaded_at: 0,
  stop: () => {},

  onLoad(/** @type {{ code?: string, activity_id?: string }} */ options) {
    this.asked = options
    this.stop = getApp().services.sync.onChange(() => this.lookInside())
  },

  onShow() {
    this.load()
    this.clock = setInterval(() => this.tell(), CLOCK_MS)
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  onHide() {
    clearInterval(this.clock)
  },

  onUnload() {
    clearInterval(this.clock)
    this.stop()
  },

  /** What came from the server meanwhile counts too. */
  lookInside() {
    const { card } = this.data
    if (card) this.setData({ is_inside: isInside(getApp().services.records.cached().checkins, card.occurrence_id) })
  },

  async load() {
    const { activities, platform, serverNow } = getApp().services
    this.loaded_at = platform.now()
    const { code, activity_id } = this.asked
    this.setData({ failure: null })
    try {
      const card = await (activity_id ? activities.byId(activity_id) : activities.byCode(code || ''))
      const now = serverNow()
      this.setData({
        card,
        state: stateOf(card, now),
        nth: card.count > 1 ? texts.activity.nth(card.number) : '',
        is_coming: isComing(card, now),
        is_live: isLive(card, now),
        when: span(card.starts_at, card.ends_at, now, texts.common),
        how: card.methods.map((/** @type {Method} */ method) => texts.methods[method]).join('、'),
        time: texts.ofKind(card.kind).time,
        range: card.place ? texts.activity.range(texts.metres(card.place.radius_m)) : '',
      })
      navigation.title(texts.ofKind(card.kind).one)
      this.lookInside()
      getApp().services.own_code.refresh()
    } catch (thrown) {
      this.notLoaded(asFailure(thrown))
    }
  },

  /** What is known of it stands where only the way to the server is gone. */
  notLoaded(/** @type {Failure} */ failure) {
    if (this.data.card && isPassing(failure)) feedback.toast(texts.say(failure))
    else this.setData({ failure })
  },

  /** It opens and closes while somebody looks at it. */
  tell() {
    const { card } = this.data
    const now = getApp().services.serverNow()
    if (card) this.setData({ state: stateOf(card, now), is_coming: isComing(card, now), is_live: isLive(card, now) })
    if (since(this.loaded_at, getApp().services.platform.now()) >= FRESH_MS) this.load()
  },

  checkIn() {
    this.open('in')
  },

  leave() {
    this.open('out')
  },

  showCode() {
    navigation.open('/pages/code/code', { activity_id: this.data.card ? this.data.card.activity_id : '' })
  },

  open(/** @type {Direction} */ direction) {
    const { card } = this.data
    if (card) navigation.open('/pages/checkin/checkin', { activity_id: card.activity_id, direction })
  },
})

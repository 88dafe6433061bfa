/** One's own code for an activity: drawn on the phone, new every half minute, for the eyes and the scanner of staff. */

const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const { LIFE_S } = require('../../core/person_code')
const { drawQr } = require('../../core/qr_drawing')
const feedback = require('../../platform/feedback')
const { brighten, canvasOf, dim, keepOn } = require('../../platform/screen')
const texts = require('../../texts/index')
const { once } = require('../once')

const TICK_MS = 500
const RETRY_MS = 5000
/** A clock that is wrong by less is nobody's worry. */
const CLOCK_MS = 60000
const t = texts.code

const PROBLEMS = /** @type {Record<string, { title: string, hint: string }>} */ ({
  CODE_KEYS_MISSING: { title: t.missing, hint: t.missingHint },
  CODE_KEYS_OLD: { title: t.old, hint: t.oldHint },
})

Page({
  data: {
    t,
    is_loading: true,
    /** @type {{ id: string, title: string }[]} */ activities: [],
    activity_id: '',
    title: '',
    when: '',
    name: '',
    group: '',
    left: '',
    percent: 100,
    clock: '',
    is_shown: false,
    is_offline: false,
    /** @type {{ title: string, hint: string } | null} */ problem: null,
  },

  /** @type {any} */ timer: 0,
  /** When the code that is shown was made; milliseconds since 1970, by the server's clock. */
  issued_at: 0,
  retry_at: 0,
  is_drawing: false,
  /** What the canvas shows: nobody needs it but a test, which has no camera. */
  text: '',
  stop: () => {},

  onLoad(/** @type {{ activity_id?: string }} */ { activity_id = '' }) {
    this.asked_id = activity_id
    this.stop = getApp().services.session.onChange(() => this.name())
  },
  asked_id: '',

  onShow() {
    keepOn(true)
    brighten()
    this.begin()
    this.timer = setInterval(() => this.tick(), TICK_MS)
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
    this.stop()
  },

  leave() {
    clearInterval(this.timer)
    keepOn(false)
    dim()
  },

  /** For which activity: as asked, or what is next; known on this phone, for there may be no network. */
  async begin() {
    const { activities, own_code, platform } = getApp().services
    const upcoming = activities.upcoming()
    const id = this.data.activity_id || this.asked_id || (upcoming[0] || {}).activity_id || ''
    this.setData({ activities: upcoming.map((one) => ({ id: one.activity_id, title: one.title })), is_offline: !(await platform.isOnline()) })
    this.choose(id)
    await own_code.refresh(true)
    this.setData({ is_loading: false })
  },

  pick(/** @type {any} */ event) {
    this.choose(event.currentTarget.dataset.id)
  },

  choose(/** @type {string} */ activity_id) {
    if (!activity_id) return this.setData({ is_loading: false })
    const { activities, platform } = getApp().services
    const card = activities.upcoming().find((one) => one.activity_id === activity_id)
    this.issued_at = 0
    this.retry_at = 0
    this.setData({ activity_id, title: card ? card.title : '', when: card ? moment(card.starts_at, platform.now(), texts.common) : '' })
    if (!card) this.meet(activity_id)
    this.name()
    this.tick()
  },

  /** One that this phone has not seen yet, if there is a network; the code does without. */
  async meet(/** @type {string} */ activity_id) {
    const { activities, platform } = getApp().services
    const card = await activities.byId(activity_id).catch(() => null)
    if (card && activity_id === this.data.activity_id) this.setData({ title: card.title, when: moment(card.starts_at, platform.now(), texts.common) })
  },

  async name() {
    const { activity_id } = this.data
    if (!activity_id) return
    const { name, group } = await getApp().services.own_code.who(activity_id)
    if (activity_id === this.data.activity_id) this.setData({ name, group })
  },

  tick() {
    const { platform, serverNow } = getApp().services
    const now = serverNow()
    const ahead_ms = now - platform.now()
    const left_s = Math.ceil((this.issued_at + LIFE_S * 1000 - now) / 1000)
    // A clock that was set back would show an old code for long.
    const is_due = left_s <= 0 || left_s > LIFE_S
    if (is_due && now >= this.retry_at) this.draw()
    const shown_s = Math.min(Math.max(left_s, 0), LIFE_S)
    this.setData({ left: t.refreshIn(shown_s), percent: Math.round((100 * shown_s) / LIFE_S), clock: Math.abs(ahead_ms) > CLOCK_MS ? t.clock(ahead_ms) : '' })
  },

  async draw() {
    const { activity_id } = this.data
    if (this.is_drawing || !activity_id) return
    this.is_drawing = true
    try {
      const { text, issued_at } = await getApp().services.own_code.draw(activity_id)
      this.setData({ is_shown: true, problem: null, is_loading: false })
      const { canvas, size } = await canvasOf('#code')
      drawQr(canvas, size, text)
      Object.assign(this, { text, issued_at })
    } catch (thrown) {
      this.notDrawn(asFailure(thrown))
    }
    this.is_drawing = false
  },

  notDrawn(/** @type {Failure} */ failure) {
    this.retry_at = getApp().services.serverNow() + RETRY_MS
    const problem = PROBLEMS[failure.reason || ''] || { title: t.failed, hint: texts.say(failure) }
    this.setData({ is_shown: false, is_loading: false, problem })
  },

  retry() {
    this.retry_at = 0
    this.tick()
  },

  giveName() {
    return once(this, async () => {
      const name = await feedback.prompt(texts.mine.nameAsk)
      if (name) await getApp().services.session.setName(name)
    })
  },
})

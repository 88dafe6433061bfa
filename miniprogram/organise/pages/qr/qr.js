/** The QR on the organiser's phone: drawn here, renewed before it ends, and hidden once it would be refused. */

const { alone } = require('../../../core/alone')
const { asFailure, isPassing } = require('../../../core/failure')
const { drawQr } = require('../../../core/qr_drawing')
const { parseTime } = require('../../../core/time')
const feedback = require('../../../platform/feedback')
const { canvasOf, keepOn } = require('../../../platform/screen')
const texts = require('../../../texts/index')
const { windowsOf } = require('../windows')

const TICK_MS = 500
const RETRY_MS = 2000
const t = texts.organise.qr
const OVER = /** @type {Record<string, string>} */ (t.over)

Page({
  data: { t, common: texts.common, code: '', title: '', rehearsal: '', count: '', left: '', is_shown: false, is_offline: false, failure: '' },

  activity_id: '',
  /** @type {Qr | null} */ qr: null,
  refresh_at: 0,
  is_asking: false,
  /** @type {any} */ timer: 0,
  /** @type {() => void} */ stop: () => {},

  onLoad(/** @type {{ activity_id: string }} */ { activity_id }) {
    this.activity_id = activity_id
    this.name()
  },

  /** Which activity it is for: somebody may run several. */
  async name() {
    try {
      const activity = await getApp().services.organise.get(this.activity_id)
      const { title, state, rehearsal_of } = activity
      const newest = windowsOf(activity).pop()
      const over = OVER[state || '']
      this.setData({ title: newest ? `${title} · ${newest.name}` : title, rehearsal: rehearsal_of ? texts.organise.rehearsal : '' })
      if (over) this.setData({ failure: over })
    } catch {
      // The QR does without.
    }
  },

  onShow() {
    const { organise } = getApp().services
    keepOn(true)
    this.refresh_at = 0
    this.timer = setInterval(() => this.tick(), TICK_MS)
    const count = (/** @type {Stats} */ stats) => this.setData({ count: t.count(stats.checked_in) })
    this.stop = organise.live(this.activity_id, count, () => {}, () => this.follow())
    this.tick()
  },

  /** Somebody may have edited the activity: what it is called, and how long its QR is good. */
  follow() {
    this.refresh_at = 0
    this.name()
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
  },

  leave() {
    keepOn(false)
    clearInterval(this.timer)
    this.stop()
    this.stop = () => {}
  },

  tick() {
    const now = getApp().services.serverNow()
    if (now >= this.refresh_at && !this.is_asking) this.ask()
    if (!this.qr) return
    const valid_s = Math.ceil((parseTime(this.qr.expires_at) - now) / 1000)
    const refresh_s = Math.max(0, Math.ceil((this.refresh_at - now) / 1000))
    this.setData({ is_shown: valid_s > 0, left: this.leftOf(valid_s, refresh_s) })
  },

  leftOf(/** @type {number} */ valid_s, /** @type {number} */ refresh_s) {
    if (valid_s <= 0) return t.expired
    return this.data.is_offline ? t.validUntil(valid_s) : t.refreshIn(refresh_s)
  },

  async ask() {
    this.is_asking = true
    try {
      await this.take(await getApp().services.organise.qr(this.activity_id))
    } catch (thrown) {
      const failure = asFailure(thrown)
      this.refresh_at = getApp().services.serverNow() + RETRY_MS
      this.setData({ is_offline: true, failure: failure.kind === 'problem' ? texts.say(failure) : t.offline })
      if (!isPassing(failure)) this.end()
    }
    this.is_asking = false
  },

  /** Nobody may check in by it any more: nothing is left to be scanned or typed, and it says why. */
  end() {
    this.qr = null
    this.setData({ is_shown: false, code: '' })
    this.name()
  },

  async take(/** @type {Qr} */ qr) {
    const is_new = !this.qr || this.qr.token !== qr.token
    this.qr = qr
    this.refresh_at = getApp().services.serverNow() + Math.max(1, qr.refresh_in_s) * 1000
    this.setData({ code: qr.code, is_offline: false, failure: '', is_shown: true })
    if (!is_new) return
    const { canvas, size } = await canvasOf('#qr')
    drawQr(canvas, size, qr.url || qr.token)
  },

  renew() {
    return alone(this, async () => {
      if (!(await feedback.confirm(t.refreshAsk))) return
      try {
        await this.take(await getApp().services.organise.revokeQr(this.activity_id))
      } catch (thrown) {
        feedback.toast(texts.say(asFailure(thrown)))
      }
    })
  },
})

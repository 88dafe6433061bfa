/**
 * From the credential to the answer. Opened from home it scans at once, opened by a link it has the token already; a tag
 * that is touched is taken at any time, and the position is looked for meanwhile.
 */

const { alone } = require('../../core/alone')
const { codeIn, isInvite, isWhole } = require('../../core/code')
const { asFailure } = require('../../core/failure')
const { decoded, foreignKind, inviteOf, tagOf, tokenOf } = require('../../core/qr_link')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { viewOf } = require('../result/view')

/** The least that a person has to do comes first. */
const WAYS = /** @type {Method[]} */ (['place', 'qr', 'nfc', 'code'])
/** Where the activity is not known yet. */
const USUAL = /** @type {Method[]} */ (['qr', 'nfc', 'code'])
const STEPS = /** @type {Progress['step'][]} */ (['credential', 'location', 'wifi', 'send'])

Page({
  data: {
    t: texts.checkin,
    rehearsal: texts.activity.rehearsal,
    /** @type {Card | null} */ card: null,
    /** @type {Method[]} */ ways: [],
    is_open: false,
    code: '',
    is_code_whole: false,
    is_invite: false,
    direction: 'in',
    gate: '',
    /** Whether tags may be touched beside the first way; whether they are read, and else why not. */
    touches: false,
    touch: { is_on: false, can_retry: false, why: '' },
    is_touch_asked: false,
    is_working: false,
    /** @type {any[]} */ steps: [],
    /** @type {Failure | null} */ failure: null,
    offline: texts.services,
  },

  /** @type {any} The credential of the last try. */ last: null,
  activity_id: '',
  /** The person went back meanwhile: what comes is told, and they stay where they are. */
  is_left: false,
  /** Ends the reading of tags. */
  stopTouching: () => {},

  onLoad(/** @type {Record<string, string>} */ options) {
    getApp().services.checkins.prepare()
    this.activity_id = options.activity_id || ''
    this.setData({ direction: options.direction === 'out' ? 'out' : 'in', gate: decoded(options.gate || '') })
    if (options.q) this.enter(decoded(options.q))
    else if (options.scan) this.scan()
    else if (options.code) this.typed(options.code)
    if (this.activity_id) this.load(options.method)
    else this.offer(USUAL, options.code ? 'code' : options.method)
  },

  /** Also back from the settings of the phone. */
  onShow() {
    this.listen()
  },

  onHide() {
    this.stopTouching()
  },

  onUnload() {
    this.is_left = true
    this.stopTouching()
  },

  /** The one obvious way is the first, or the one that was asked for. */
  offer(/** @type {Method[]} */ ways, /** @type {string} */ first) {
    const ordered = [...ways.filter((way) => way === first), ...ways.filter((way) => way !== first)]
    this.setData({ ways: ordered, touches: ordered.indexOf('nfc') > 0 })
  },

  /** Tags need no tap first: they are read for as long as the page is looked at. */
  listen() {
    this.stopTouching()
    const { platform } = getApp().services
    const { has_nfc, platform: system } = platform.info()
    const { ios, other } = texts.checkin.touchElsewhere
    if (!has_nfc) return this.setData({ touch: { is_on: false, can_retry: false, why: system === 'ios' ? ios : other } })
    this.stopTouching = platform.watchTags({
      onReady: () => this.setData({ touch: { is_on: true, can_retry: false, why: '' } }),
      onTag: ({ url }) => this.touched(url),
      onFailure: (found) => {
        const can_retry = found.kind !== 'unsupported'
        this.setData({ touch: { is_on: false, can_retry, why: can_retry ? texts.say(found) : other } })
      },
    })
  },

  touched(/** @type {string} */ url) {
    return alone(this, async () => {
      const { events, server } = getApp().services
      const token = tagOf(url, server)
      if (token) return this.checkIn({ method: 'nfc', token })
      events.add({ name: 'scan_failed', reason: 'not_ours', activity_id: this.activity_id })
      return feedback.toast(texts.checkin.touchForeign)
    })
  },

  askTouch() {
    this.setData({ is_touch_asked: true })
  },

  async load(/** @type {string} */ first) {
    try {
      const card = await getApp().services.activities.byId(this.activity_id)
      const ways = WAYS.filter((way) => card.methods.includes(way))
      this.setData({ card })
      this.offer(ways.length ? ways : USUAL, first)
    } catch (thrown) {
      this.offer(USUAL, first)
      // Who has begun already need not know it.
      if (!this.data.is_working) this.setData({ failure: asFailure(thrown) })
    }
  },

  scan() {
    return alone(this, async () => {
      const { platform } = getApp().services
      const began_at = platform.now()
      const took_ms = () => platform.now() - began_at
      const read = await platform.scan().catch((/** @type {unknown} */ thrown) => this.notScanned(asFailure(thrown), took_ms()))
      if (read) await this.present(read.text, read.is_mini, took_ms())
    })
  },

  /** By the scanner of WeChat, which opens this page with what it read. */
  enter(/** @type {string} */ text) {
    return alone(this, () => this.present(text, false, 0))
  },

  /** Who could not scan sees the other ways. */
  notScanned(/** @type {Failure} */ failure, /** @type {number} */ took_ms) {
    const is_cancelled = failure.kind === 'cancelled'
    this.setData({ is_open: true })
    getApp().services.events.add({ name: is_cancelled ? 'scan_cancelled' : 'scan_failed', took_ms, reason: is_cancelled ? '' : failure.kind, activity_id: this.activity_id })
    if (is_cancelled) return
    feedback.toast(failure.kind === 'denied' ? texts.checkin.noCamera : texts.checkin.scanFailed)
  },

  /** What is none of ours is told at once, by its name where it has one, and never sent. */
  async present(/** @type {string} */ text, /** @type {boolean} */ is_mini, /** @type {number} */ scan_ms) {
    const { events, server } = getApp().services
    const token = tokenOf(text, server)
    if (token) return this.checkIn({ method: 'qr', token, scan_ms })
    // A QR of a tag's link is worth no more than the link, which is what it is sent as.
    const tag = tagOf(text, server)
    if (tag) return this.checkIn({ method: 'nfc', token: tag, scan_ms })
    const invite = inviteOf(text, server)
    if (invite) return this.join(invite)
    events.add({ name: 'scan_failed', took_ms: scan_ms, reason: 'not_ours', activity_id: this.activity_id })
    const kind = is_mini ? 'mini' : foreignKind(text, server)
    return feedback.toast(/** @type {Record<string, string>} */ (texts.checkin.foreign)[kind])
  },

  join(/** @type {string} */ code) {
    navigation.replace('/pages/join/join', { code })
  },

  /** The code of an invite is longer than that of an activity. */
  typed(/** @type {string} */ text) {
    const code = codeIn(text)
    const is_invite = isInvite(code)
    this.setData({ code, is_invite, is_code_whole: is_invite || isWhole(code) })
    return code
  },

  typeCode(/** @type {any} */ event) {
    return this.typed(event.detail.value)
  },

  submitCode() {
    return alone(this, async () => {
      const { code, is_invite, is_code_whole } = this.data
      if (is_invite) this.join(code)
      else if (is_code_whole) await this.checkIn({ method: 'code', code })
    })
  },

  submitPlace() {
    return alone(this, async () => {
      const { card } = this.data
      if (card) await this.checkIn({ method: 'place', activity_id: card.activity_id, title: card.title })
    })
  },

  toggleOthers() {
    this.setData({ is_open: !this.data.is_open })
  },

  chooseGate(/** @type {any} */ event) {
    const { gate } = event.currentTarget.dataset
    this.setData({ gate: gate === this.data.gate ? '' : gate })
  },

  chooseDirection(/** @type {any} */ event) {
    this.setData({ direction: event.currentTarget.dataset.direction })
  },

  async checkIn(/** @type {any} */ credential) {
    this.setData({ is_working: true, failure: null, steps: [] })
    this.last = credential
    const { direction, gate } = this.data
    try {
      const { checkins } = getApp().services
      const answer = await checkins.checkIn({ ...credential, direction, gate }, (/** @type {Progress} */ progress) => this.progressed(progress))
      this.answered(answer)
    } catch (thrown) {
      if (this.is_left) feedback.toast(texts.say(asFailure(thrown)))
      else this.setData({ is_working: false, failure: asFailure(thrown) })
    }
  },

  progressed(/** @type {Progress} */ { step, state, text }) {
    const told = { step, state, text, label: texts.checkin.steps[step] }
    const others = this.data.steps.filter((/** @type {Progress} */ one) => one.step !== step)
    const steps = [...others, told].sort((left, right) => STEPS.indexOf(left.step) - STEPS.indexOf(right.step))
    this.setData({ steps })
  },

  answered(/** @type {CheckinAnswer} */ answer) {
    const { platform } = getApp().services
    const { felt, title } = viewOf(answer, platform.now())
    if (felt) platform.vibrate(felt)
    if (!this.is_left) navigation.replace('/pages/result/result', { attempt_id: answer.attempt_id, activity_id: this.activity_id })
    else feedback.toast(answer.state === 'answered' ? title : texts.checkin.left[answer.state])
  },

  later() {
    getApp().services.checkins.saveForLater()
  },

  again() {
    return alone(this, async () => {
      const { update } = getApp().services.platform
      if (this.data.failure && this.data.failure.reason === 'VERSION_OUTDATED' && update.isReady()) return update.apply()
      this.setData({ failure: null })
      if (this.activity_id && !this.data.card) this.load('')
      if (this.last) await this.checkIn(this.last)
    })
  },
})

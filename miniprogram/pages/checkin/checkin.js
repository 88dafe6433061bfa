/**
 * From the credential to the answer. Opened from home it scans at once, opened by WeChat's own scanner it has the token
 * already; the position is looked for meanwhile.
 */

const { asFailure } = require('../../core/failure')
const { isOurs, tokenOf, tokenOfQuery } = require('../../core/qr_link')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

const CODE_CHARACTERS = 6
/** The least that a person has to do comes first. */
const WAYS = /** @type {Method[]} */ (['place', 'qr', 'code'])
/** Where the activity is not known yet. */
const USUAL = /** @type {Method[]} */ (['qr', 'code'])
const STEPS = /** @type {Progress['step'][]} */ (['credential', 'location', 'wifi', 'send'])
/** How far a check-in may be told to be heard, seen and felt. */
const FELT = /** @type {Record<string, 'light' | 'medium' | 'heavy'>} */ ({ accepted: 'medium', duplicate: 'light', refused: 'heavy' })

Page({
  data: {
    t: texts.checkin,
    /** @type {Card | null} */ card: null,
    /** @type {Method[]} */ ways: [],
    is_open: false,
    code: '',
    is_code_whole: false,
    direction: 'in',
    gate: '',
    is_working: false,
    /** @type {any[]} */ steps: [],
    /** @type {Failure | null} */ failure: null,
    offline: texts.services,
  },

  /** @type {any} The credential of the last try. */ last: null,

  onLoad(/** @type {Record<string, string>} */ options) {
    getApp().services.checkins.prepare()
    this.setData({ direction: options.direction === 'out' ? 'out' : 'in' })
    if (options.activity_id) this.load(options.activity_id, options.method)
    else this.offer(USUAL, options.code ? 'code' : options.method)
    if (options.q) this.present(tokenOfQuery(options.q), 0)
    else if (options.scan) this.scan()
    else if (options.code) this.typed(options.code)
  },

  /** The one obvious way is the first, or the one that was asked for. */
  offer(/** @type {Method[]} */ ways, /** @type {string} */ first) {
    this.setData({ ways: [...ways.filter((way) => way === first), ...ways.filter((way) => way !== first)] })
  },

  async load(/** @type {string} */ activity_id, /** @type {string} */ first) {
    try {
      const card = await getApp().services.activities.byId(activity_id)
      const ways = WAYS.filter((way) => card.methods.includes(way))
      this.setData({ card })
      this.offer(ways.length ? ways : USUAL, first)
    } catch (thrown) {
      this.offer(USUAL, first)
      this.setData({ failure: asFailure(thrown) })
    }
  },

  async scan() {
    const { events, platform } = getApp().services
    if (this.data.is_working) return
    const began_at = platform.now()
    try {
      const text = await platform.scan()
      const scan_ms = platform.now() - began_at
      if (isOurs(text)) return this.present(tokenOf(text), scan_ms)
      events.add({ name: 'scan_failed', took_ms: scan_ms, reason: 'not_ours' })
      feedback.toast(texts.checkin.notOurs)
    } catch (thrown) {
      this.notScanned(asFailure(thrown), platform.now() - began_at)
    }
  },

  /** Who could not scan sees the other ways. */
  notScanned(/** @type {Failure} */ failure, /** @type {number} */ took_ms) {
    const is_cancelled = failure.kind === 'cancelled'
    this.setData({ is_open: true })
    getApp().services.events.add({ name: is_cancelled ? 'scan_cancelled' : 'scan_failed', took_ms, reason: is_cancelled ? '' : failure.kind })
    if (is_cancelled) return
    feedback.toast(failure.kind === 'denied' ? texts.checkin.noCamera : texts.checkin.scanFailed)
  },

  present(/** @type {string} */ token, /** @type {number} */ scan_ms) {
    this.checkIn({ method: 'qr', token, scan_ms })
  },

  typed(/** @type {string} */ text) {
    const code = text.replace(/[^0-9A-Za-z]/g, '').toUpperCase().slice(0, CODE_CHARACTERS)
    this.setData({ code, is_code_whole: code.length === CODE_CHARACTERS })
    return code
  },

  typeCode(/** @type {any} */ event) {
    return this.typed(event.detail.value)
  },

  submitCode() {
    if (this.data.is_code_whole) this.checkIn({ method: 'code', code: this.data.code })
  },

  submitPlace() {
    const { card } = this.data
    if (card) this.checkIn({ method: 'place', activity_id: card.activity_id, title: card.title })
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
    if (this.data.is_working) return
    this.setData({ is_working: true, failure: null, steps: [] })
    this.last = credential
    const { direction, gate } = this.data
    try {
      const { checkins } = getApp().services
      const answer = await checkins.checkIn({ ...credential, direction, gate }, (/** @type {Progress} */ progress) => this.progressed(progress))
      this.answered(answer)
    } catch (thrown) {
      this.setData({ is_working: false, failure: asFailure(thrown) })
    }
  },

  progressed(/** @type {Progress} */ { step, state, text }) {
    const told = { step, state, text, label: texts.checkin.steps[step] }
    const others = this.data.steps.filter((/** @type {Progress} */ one) => one.step !== step)
    const steps = [...others, told].sort((left, right) => STEPS.indexOf(left.step) - STEPS.indexOf(right.step))
    this.setData({ steps })
  },

  answered(/** @type {CheckinAnswer} */ { attempt_id, checkin }) {
    const felt = checkin && FELT[checkin.outcome]
    if (felt) getApp().services.platform.vibrate(felt)
    navigation.replace('/pages/result/result', { attempt_id })
  },

  again() {
    this.setData({ failure: null })
    if (this.last) this.checkIn(this.last)
  },
})

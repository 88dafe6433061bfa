/**
 * Answers a computer whose QR is scanned here and nowhere else. One that asks to be let in is named, and the two digits on
 * its screen are asked for, which somebody who sends QRs around cannot know of the screen that one sits at. One where one
 * is signed in already asks for a place, because the phone has the map.
 */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const { ticketOf, tokenOf } = require('../../core/qr_link')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { refusalOf } = require('../join/view')
const { once } = require('../once')

const t = texts.consoles.console
const DONE = { title: t.done, hint: t.doneHint, icon: 'icon-tick', tone: '' }
const DENIED = { title: t.denied, hint: t.deniedHint, icon: 'icon-cross', tone: 'no' }
const SENT = { title: t.place.done, hint: t.place.doneHint, icon: 'icon-tick', tone: '' }
const NOT_SENT = { title: t.place.denied, hint: t.place.deniedHint, icon: 'icon-cross', tone: 'no' }
/** As much of a name as the server takes. */
const NAME_LENGTH = 64

const viewOf = (/** @type {Api['Ticket']} */ { browser, platform, purpose, created_at }, /** @type {number} */ now) => ({
  machine: t.machine(browser, platform),
  is_place: purpose === 'place',
  asked: t.asked(moment(created_at, now, texts.common)),
})

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any} */ view: null,
    digits: '',
    wrong: '',
    is_loading: false,
    is_sending: false,
    /** @type {Api['ChosenPlace'] | null} */ place: null,
    /** @type {any} */ done: null,
    /** @type {any} */ refusal: null,
    /** @type {Failure | null} */ failure: null,
  },

  ticket: '',

  onLoad(/** @type {{ scan?: string }} */ { scan = '' }) {
    if (scan) this.scan()
  },

  scan() {
    return alone(this, async () => {
      const { platform } = getApp().services
      const read = await platform.scan().catch((/** @type {unknown} */ thrown) => this.notScanned(asFailure(thrown)))
      if (read) await this.present(read.text)
    })
  },

  notScanned(/** @type {Failure} */ failure) {
    if (failure.kind !== 'cancelled') feedback.toast(failure.kind === 'denied' ? t.noCamera : t.scanFailed)
  },

  async present(/** @type {string} */ text) {
    const { server } = getApp().services
    const ticket = ticketOf(text, server)
    if (!ticket) return feedback.toast(tokenOf(text, server) ? t.checkin : t.notOne)
    this.ticket = ticket
    return this.load()
  },

  async load() {
    this.setData({ is_loading: true, view: null, digits: '', wrong: '', place: null, done: null, refusal: null, failure: null })
    try {
      const { consoles, serverNow } = getApp().services
      const ticket = await consoles.look(this.ticket)
      if (ticket.purpose === 'place') navigation.title(t.place.title)
      if (ticket.state === 'pending') this.setData({ view: viewOf(ticket, serverNow()) })
      else this.setData({ refusal: texts.explain({ reason: 'CONSOLE_TICKET_OVER' }) })
    } catch (thrown) {
      this.refused(asFailure(thrown))
    }
    this.setData({ is_loading: false })
  },

  refused(/** @type {Failure} */ failure) {
    const refusal = refusalOf(failure)
    this.setData(refusal ? { refusal } : { failure })
  },

  type(/** @type {any} */ event) {
    this.setData({ digits: event.detail.value.replace(/\D/g, ''), wrong: '' })
  },

  accept() {
    const { digits } = this.data
    if (digits.length !== 2) return undefined
    return once(this, async () => {
      this.setData({ is_sending: true })
      try {
        const { consoles, platform } = getApp().services
        await consoles.approve(this.ticket, digits)
        platform.vibrate('medium')
        this.setData({ done: DONE })
      } catch (thrown) {
        this.notAccepted(asFailure(thrown))
      }
      this.setData({ is_sending: false })
    })
  },

  /** What was chosen stays while it is not sent: who tries again need not find it again. */
  choosePlace() {
    return once(this, async () => {
      const { platform } = getApp().services
      const { name, latitude, longitude } = await platform.chooseLocation()
      this.setData({ place: { name: name.slice(0, NAME_LENGTH), latitude, longitude } })
      await this.tellPlace()
    })
  },

  sendPlace() {
    return once(this, () => this.tellPlace())
  },

  async tellPlace() {
    const { place } = this.data
    if (!place) return
    this.setData({ is_sending: true })
    try {
      const { consoles, platform } = getApp().services
      await consoles.choosePlace(this.ticket, place)
      platform.vibrate('medium')
      this.setData({ done: SENT })
    } catch (thrown) {
      const refusal = refusalOf(asFailure(thrown))
      if (!refusal) throw thrown
      this.setData({ refusal })
    } finally {
      this.setData({ is_sending: false })
    }
  },

  /** Wrong digits may be typed once more; what passes is told, and the digits stay. */
  notAccepted(/** @type {Failure} */ failure) {
    if (failure.reason !== 'CONSOLE_DIGITS_WRONG') {
      const refusal = refusalOf(failure)
      if (refusal) this.setData({ refusal })
      else feedback.toast(texts.say(failure))
      return
    }
    const left = Number(failure.body.metadata.left)
    this.setData(left ? { digits: '', wrong: t.wrong(left) } : { refusal: t.spent })
  },

  deny() {
    return once(this, async () => {
      await getApp().services.consoles.deny(this.ticket)
      this.setData({ done: this.data.view.is_place ? NOT_SENT : DENIED })
    })
  },

  openSessions() {
    navigation.replace('/pages/sessions/sessions')
  },

  home() {
    navigation.home()
  },
})

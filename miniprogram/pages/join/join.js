/** An invite: who asks whom to what, one tap to join, and where one can go then. Opened by a scanner, a link or a typed code. */

const { codeIn } = require('../../core/code')
const { asFailure } = require('../../core/failure')
const { decoded, inviteOf } = require('../../core/qr_link')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { once } = require('../once')
const { insideOf, isIn, refusalOf, viewOf } = require('./view')

Page({
  data: {
    t: texts.join,
    common: texts.common,
    /** @type {any} */ view: null,
    /** @type {any} */ inside: null,
    /** @type {any} */ refusal: null,
    is_sending: false,
    /** @type {Failure | null} */ failure: null,
  },

  code: '',
  /** @type {InvitePreview | null} */ invite: null,

  onLoad(/** @type {{ code?: string, q?: string }} */ { code = '', q = '' }) {
    const { server } = getApp().services
    this.code = q ? inviteOf(decoded(q), server) : codeIn(decoded(code))
    this.load()
  },

  async load() {
    this.setData({ failure: null, refusal: null })
    try {
      const { organisations, serverNow } = getApp().services
      const invite = await organisations.preview(this.code)
      this.invite = invite
      if (isIn(invite)) this.enter(false)
      else this.setData({ view: viewOf(invite, serverNow()) })
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (failure.reason === 'INVITE_UNKNOWN') await this.claim()
      else this.refused(failure)
    }
  },

  /** Invites to a roster have codes and links like these. */
  async claim() {
    try {
      await getApp().services.participants.preview(this.code)
      navigation.replace('/pages/claim/claim', { code: this.code })
    } catch (thrown) {
      this.refused(asFailure(thrown))
    }
  },

  refused(/** @type {Failure} */ failure) {
    const refusal = refusalOf(failure)
    this.setData(refusal ? { refusal } : { failure })
  },

  accept() {
    return once(this, async () => {
      this.setData({ is_sending: true })
      try {
        await getApp().services.organisations.accept(this.code)
        getApp().services.platform.vibrate('medium')
        this.enter(true)
      } catch (thrown) {
        this.refused(asFailure(thrown))
      }
      this.setData({ is_sending: false })
    })
  },

  enter(/** @type {boolean} */ is_new) {
    if (this.invite) this.setData({ inside: insideOf(this.invite, is_new) })
  },

  go() {
    const { way } = this.data.inside
    navigation.replace(way.path, way.query)
  },

  home() {
    navigation.home()
  },
})

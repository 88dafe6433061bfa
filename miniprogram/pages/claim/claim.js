/** An invite to say that one is a certain person of a roster. Opened by a card, or by a typed code. */

const { codeIn } = require('../../core/code')
const { asFailure } = require('../../core/failure')
const { decoded } = require('../../core/qr_link')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { refusalOf } = require('../join/view')
const { once } = require('../once')

const t = texts.own.claim

const viewOf = (/** @type {EntryInvite} */ { organisation_name, roster_title, name }) => ({
  asks: t.asks(organisation_name || t.unnamed),
  name: t.name(name),
  roster: t.roster(roster_title),
})

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any} */ view: null,
    is_done: false,
    /** @type {any} */ refusal: null,
    is_sending: false,
    /** @type {Failure | null} */ failure: null,
  },

  code: '',

  onLoad(/** @type {{ code?: string }} */ { code = '' }) {
    this.code = codeIn(decoded(code))
    this.load()
  },

  async load() {
    this.setData({ failure: null, refusal: null })
    try {
      this.setData({ view: viewOf(await getApp().services.participants.preview(this.code)) })
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
        const { participants, platform } = getApp().services
        await participants.accept(this.code)
        platform.vibrate('medium')
        this.setData({ is_done: true })
      } catch (thrown) {
        this.refused(asFailure(thrown))
      }
      this.setData({ is_sending: false })
    })
  },

  home() {
    navigation.home()
  },
})

/** Places that an organisation has saved; a phone on the spot teaches their Wi-Fi. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')

const t = texts.organisation.places

const lineOf = (/** @type {SavedPlace} */ { id, place, wifi }) => ({
  id,
  name: place.name,
  about: `${texts.organise.form.radius(place.radius_m || 0)} · ${t.wifi(wifi.length)}`,
})

Page({
  data: {
    t,
    common: texts.common,
    can_manage: false,
    /** @type {any[]} */ lines: [],
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',
  /** @type {SavedPlace[]} */ places: [],

  onLoad(/** @type {{ organisation_id: string, manage?: string }} */ { organisation_id, manage }) {
    this.organisation_id = organisation_id
    this.setData({ can_manage: Boolean(manage) })
    this.load()
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      this.show(await getApp().services.organisations.places(this.organisation_id))
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  show(/** @type {SavedPlace[]} */ places) {
    this.places = places
    this.setData({ lines: places.map(lineOf) })
  },

  learn(/** @type {any} */ event) {
    return once(this, async () => {
      const { organisations, platform } = getApp().services
      const before = this.places.find(({ id }) => id === event.currentTarget.dataset.id)
      const here = await platform.wifiHere().catch(() => [])
      if (!before || !here.length) return feedback.toast(texts.organise.form.wifiMissing)
      const place = await organisations.learnWifi(this.organisation_id, before.id, here)
      this.show(this.places.map((one) => (one.id === place.id ? place : one)))
      feedback.toast(t.learned(place.wifi.length - before.wifi.length))
    })
  },

  remove(/** @type {any} */ event) {
    return once(this, async () => {
      const { id, name } = event.currentTarget.dataset
      if (!(await feedback.confirm(t.removeAsk(name)))) return
      await getApp().services.organisations.forgetPlace(this.organisation_id, id)
      this.show(this.places.filter((one) => one.id !== id))
    })
  },

})

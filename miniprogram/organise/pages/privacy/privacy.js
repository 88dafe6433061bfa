/** What an organisation does with names and numbers: for what it asks them, and how long it keeps them. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')
const { isLasting, sayDays } = require('./days')

const t = texts.organisation.privacy

Page({
  data: {
    t,
    common: texts.common,
    can_manage: false,
    is_ready: false,
    days: '',
    told: '',
    purpose: '',
    /** @type {Record<string, string>} */ errors: {},
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',
  /** @type {Api['Privacy'] | null} */ saved: null,

  onLoad(/** @type {{ organisation_id: string, manage?: string }} */ { organisation_id, manage }) {
    this.organisation_id = organisation_id
    this.setData({ can_manage: Boolean(manage) })
    this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      this.show(await getApp().services.organisations.privacy(this.organisation_id))
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  show(/** @type {Api['Privacy']} */ saved) {
    const { keeps_days, purpose } = saved
    this.saved = saved
    this.setData({ is_ready: true, days: String(keeps_days), told: sayDays(keeps_days), purpose, errors: {} })
  },

  chooseDays(/** @type {any} */ event) {
    this.setDays(String(event.currentTarget.dataset.days))
  },

  typeDays(/** @type {any} */ event) {
    this.setDays(event.detail.value)
  },

  setDays(/** @type {string} */ days) {
    this.setData({ days, told: isLasting(days) ? sayDays(Number(days)) : '', errors: {} })
  },

  type(/** @type {any} */ event) {
    this.setData({ purpose: event.detail.value, errors: {} })
  },

  store() {
    return once(this, async () => {
      const { days, purpose } = this.data
      if (!isLasting(days)) return this.setData({ errors: { keeps_days: t.needsDays } })
      if (!purpose.trim()) return this.setData({ errors: { purpose: t.needsPurpose } })
      const is_shorter = this.saved && Number(days) < this.saved.keeps_days
      if (is_shorter && !(await feedback.confirm(t.shorterAsk(Number(days))))) return
      try {
        this.show(await getApp().services.organisations.setPrivacy(this.organisation_id, { keeps_days: Number(days), purpose: purpose.trim() }))
        feedback.toast(t.stored)
      } catch (thrown) {
        const { errors = [] } = asFailure(thrown)
        this.setData({ errors: Object.fromEntries(errors.map(({ field, message }) => [field, message])) })
        throw thrown
      }
    })
  },
})

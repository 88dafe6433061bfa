/** A new activity in under a minute: a name, and everything else has a good beginning. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { missing, newDraft, toBody } = require('./draft')

const CAN_CREATE = ['owner', 'organiser']
const t = texts.organise.create

/** The field on this page that a field of the request belongs to. */
const FIELDS = /** @type {Record<string, string>} */ ({ starts_at: 'starts', ends_at: 'ends', late_after_s: 'late', opens_before_s: 'opens' })

const methodsOf = (/** @type {string[]} */ chosen) =>
  Object.entries(t.methodNames).map(([name, text]) => ({ name, text, is_on: chosen.includes(name) }))

Page({
  data: {
    t,
    draft: newDraft(0),
    methods: methodsOf([]),
    radius: '',
    /** @type {Organisation[]} */ organisations: [],
    organisation: 0,
    is_more: false,
    is_sending: false,
    /** @type {Record<string, string>} */ errors: {},
    /** @type {Failure | null} */ failure: null,
  },

  // One per page, so that however many taps it takes there is one activity in the end.
  /** @type {ReturnType<OrganiseService['opening']> | null} */ open: null,

  onLoad() {
    const draft = newDraft(getApp().services.serverNow())
    this.open = getApp().services.organise.opening()
    this.change(draft)
    this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      const all = await getApp().services.organise.organisations()
      this.setData({ organisations: all.filter((/** @type {Organisation} */ one) => CAN_CREATE.includes(one.role || '')) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  change(/** @type {Partial<import('./draft').Draft>} */ changes) {
    const draft = { ...this.data.draft, ...changes }
    this.setData({ draft, methods: methodsOf(draft.methods), radius: t.radius(draft.radius_m), errors: {} })
  },

  type(/** @type {any} */ event) {
    this.change({ [event.currentTarget.dataset.field]: event.detail.value })
  },

  chooseFence(/** @type {any} */ event) {
    this.change({ fence: Number(event.detail.value) })
  },

  chooseOffline(/** @type {any} */ event) {
    this.change({ offline: Number(event.detail.value) })
  },

  chooseOrganisation(/** @type {any} */ event) {
    this.setData({ organisation: Number(event.detail.value) })
  },

  choosePlace() {
    return alone(this, async () => {
      try {
        const { name, latitude, longitude } = await getApp().services.platform.chooseLocation()
        this.change({ place: { name, latitude, longitude } })
      } catch (thrown) {
        const failure = asFailure(thrown)
        if (failure.kind !== 'cancelled') feedback.toast(texts.say(failure))
      }
    })
  },

  chooseRadius(/** @type {any} */ event) {
    this.change({ radius_m: event.detail.value })
  },

  toggleMethod(/** @type {any} */ event) {
    const { name } = event.currentTarget.dataset
    const { methods } = this.data.draft
    this.change({ methods: methods.includes(name) ? methods.filter((one) => one !== name) : [...methods, name] })
  },

  toggleMore() {
    this.setData({ is_more: !this.data.is_more })
  },

  submit() {
    return alone(this, async () => {
      const lacking = missing(this.data.draft)
      if (lacking) return feedback.toast(t[lacking])
      if (!this.open) return
      this.setData({ is_sending: true })
      try {
        const { id: organisation_id } = this.data.organisations[this.data.organisation]
        const activity = await this.open(toBody({ ...this.data.draft, organisation_id }))
        navigation.replace('/organise/pages/hub/hub', { activity_id: activity.id, qr: 1 })
      } catch (thrown) {
        this.refused(asFailure(thrown))
      }
      this.setData({ is_sending: false })
    })
  },

  refused(/** @type {Failure} */ failure) {
    const errors = Object.fromEntries((failure.errors || []).map(({ field, message }) => [FIELDS[field] || field.split('.')[0], message]))
    this.setData({ errors, is_more: this.data.is_more || Object.keys(errors).some((field) => ['late', 'opens', 'capacity', 'gates'].includes(field)) })
    feedback.toast(texts.say(failure))
  },
})

/** What an activity asks of who was accepted: what was said before is filled in, and who asks, for what and how long is told. */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const feedback = require('../../platform/feedback')
const texts = require('../../texts/index')
const { detailsOf, fieldsOf } = require('./fields')

const t = texts.own.details

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    activity_id: { type: String, value: '' },
  },
  data: {
    t,
    asked_of: '',
    /** @type {ReturnType<typeof fieldsOf>} */ fields: [],
    is_open: false,
    is_sending: false,
    why: '',
    purpose: '',
    keeps: '',
    problem: '',
  },
  observers: {
    /** Told anew with every change of its page: what somebody is typing stays. */
    activity_id(/** @type {string} */ activity_id) {
      if (!activity_id || activity_id === this.data.asked_of) return
      this.setData({ asked_of: activity_id })
      this.load()
    },
  },
  methods: {
    /** A check-in is good without it: where it cannot be asked, nothing is. */
    async load() {
      const own = await getApp().services.participants.own(this.data.activity_id).catch(() => null)
      if (own) this.show(own)
    },
    show(/** @type {Participation} */ { questions, organisation_name, purpose, keeps_days }) {
      this.setData({
        fields: fieldsOf(questions),
        is_open: questions.some(({ said }) => !said),
        why: t.why(organisation_name),
        purpose: purpose ? t.purpose(purpose) : '',
        keeps: t.keeps(keeps_days),
        problem: '',
      })
    },
    type(/** @type {any} */ event) {
      this.change(event.currentTarget.dataset.index, { value: event.detail.value })
    },
    phoneGiven(/** @type {any} */ event) {
      const { code } = event.detail
      if (code) this.change(event.currentTarget.dataset.index, { phone_code: code })
    },
    change(/** @type {number} */ at, /** @type {object} */ changes) {
      this.setData({ fields: this.data.fields.map((one, index) => (index === at ? { ...one, ...changes } : one)) })
    },
    open() {
      this.setData({ is_open: true })
    },
    store() {
      const details = detailsOf(this.data.fields)
      if (!details.length) return this.setData({ problem: t.needsAny })
      return alone(this, async () => {
        this.setData({ is_sending: true })
        try {
          this.show(await getApp().services.participants.tell(this.data.activity_id, details))
          this.setData({ is_open: false })
          feedback.toast(t.stored)
        } catch (thrown) {
          this.setData({ problem: texts.advise(asFailure(thrown)) })
        }
        this.setData({ is_sending: false })
      })
    },
  },
})

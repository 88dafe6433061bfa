/** Whether one comes, by one tap before it begins; who comes is asked for the reminder by the same tap. */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const feedback = require('../../platform/feedback')
const texts = require('../../texts/index')

const t = texts.own.coming
const REMINDER = 'activity_reminder'
const ANSWERS = /** @type {const} */ (['coming', 'leave'])

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    activity_id: { type: String, value: '' },
  },
  data: {
    t,
    said: '',
    choices: ANSWERS.map((answer) => ({ answer, text: t[answer], is_on: false })),
    is_known: false,
  },
  observers: {
    activity_id(/** @type {string} */ activity_id) {
      if (activity_id) this.load()
    },
  },
  methods: {
    /** Where it cannot be asked, nothing is offered. */
    async load() {
      const own = await getApp().services.participants.own(this.data.activity_id).catch(() => null)
      if (own) this.show(own)
    },
    show(/** @type {Participation} */ { answer }) {
      const choices = ANSWERS.map((one) => ({ answer: one, text: t[one], is_on: one === answer }))
      this.setData({ is_known: true, said: answer ? t.said[answer] : '', choices })
    },
    choose(/** @type {any} */ event) {
      const { answer } = event.currentTarget.dataset
      return alone(this, async () => {
        const { participants, subscriptions } = getApp().services
        // WeChat asks only within a tap, before anything is waited for.
        const asked = answer === 'coming' && !this.data.said ? subscriptions.ask([REMINDER]) : Promise.resolve({})
        try {
          this.show(await participants.answer(this.data.activity_id, answer))
        } catch (thrown) {
          feedback.toast(texts.advise(asFailure(thrown)))
        }
        await asked.catch(() => { /* Who wants no reminder comes all the same. */ })
      })
    },
  },
})

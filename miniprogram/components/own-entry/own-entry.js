/**
 * Who one is on the roster of an activity, and what one is shown of it; a way to say so by phone number. Event `bound`: now
 * it is known. Nothing of an activity without a roster, and nothing where it cannot be asked: a check-in goes without it.
 */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const feedback = require('../../platform/feedback')
const texts = require('../../texts/index')

const t = texts.own.entry

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    activity_id: { type: String, value: '' },
    /** Whether a check-in waits for it. */
    is_waiting: { type: Boolean, value: false },
  },
  data: {
    t,
    /** @type {OwnEntry['entry']} */ entry: null,
    is_stranger: false,
    who: '',
    ask: '',
    hint: '',
    problem: '',
  },
  observers: {
    activity_id(/** @type {string} */ activity_id) {
      if (activity_id) this.load()
    },
  },
  methods: {
    async load() {
      const own = await getApp().services.participants.ownEntry(this.data.activity_id).catch(() => null)
      if (own) this.show(own)
    },
    show(/** @type {OwnEntry} */ { entry, is_listed, roster_title }) {
      this.setData({
        entry,
        is_stranger: is_listed && !entry,
        who: entry ? t.who(entry.name) : '',
        ask: roster_title ? t.ask(roster_title) : t.listed,
        hint: this.data.is_waiting ? t.pending : t.stranger,
        problem: '',
      })
    },
    given(/** @type {any} */ event) {
      const { code } = event.detail
      if (!code) return this.setData({ problem: t.refused })
      return alone(this, () => this.bindBy(code))
    },
    async bindBy(/** @type {string} */ code) {
      try {
        this.show(await getApp().services.participants.bindByPhone(this.data.activity_id, code))
        feedback.toast(t.bound)
        this.triggerEvent('bound')
      } catch (thrown) {
        this.setData({ problem: texts.advise(asFailure(thrown)) })
      }
    },
  },
})

/** Screens that show one activity: a link made here opens one once, on the computer behind it. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')

const t = texts.organisation.displays
const GOING_ON = ['waiting', 'open']

const choicesOf = (/** @type {Record<string, string>} */ names, /** @type {string} */ chosen) =>
  Object.entries(names).map(([name, text]) => ({ name, text, is_on: name === chosen }))

const lineOf = (/** @type {Display} */ { id, kind, show_names, state }) => ({
  id,
  name: t.kinds[kind || ''] || '',
  about: `${t.names}${t.nameChoices[show_names || ''] || ''}`,
  state: t.states[state || ''] || '',
  tone: state === 'open' ? 'good' : '',
  is_going_on: GOING_ON.includes(state || ''),
})

Page({
  data: {
    t,
    common: texts.common,
    kind: 'qr',
    show_names: 'none',
    kinds: choicesOf(t.kinds, 'qr'),
    names: choicesOf(t.nameChoices, 'none'),
    url: '',
    /** @type {any[]} */ lines: [],
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',

  onLoad(/** @type {{ activity_id: string }} */ { activity_id }) {
    this.activity_id = activity_id
  },

  /** Whether a screen was opened meanwhile. */
  onShow() {
    this.load()
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      const displays = await getApp().services.organise.displays(this.activity_id)
      this.setData({ lines: displays.map(lineOf) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  choose(/** @type {any} */ event) {
    const { field, name } = event.currentTarget.dataset
    this.setData({ [field]: name })
    const { kind, show_names } = this.data
    this.setData({ kinds: choicesOf(t.kinds, kind), names: choicesOf(t.nameChoices, show_names) })
  },

  make() {
    return once(this, async () => {
      const { kind, show_names } = this.data
      const { url } = await getApp().services.organise.makeDisplay(this.activity_id, { kind, show_names })
      this.setData({ url })
      await this.load()
    })
  },

  copy() {
    return once(this, async () => {
      await feedback.copy(this.data.url)
      feedback.toast(t.copied)
    })
  },

  revoke(/** @type {any} */ event) {
    return once(this, async () => {
      if (!(await feedback.confirm(t.revokeAsk))) return
      await getApp().services.organise.endDisplay(this.activity_id, event.currentTarget.dataset.id)
      await this.load()
    })
  },

})

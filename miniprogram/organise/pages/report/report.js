/** The report of an activity, to be sent to a group: as text or as a picture, with names or without. */

const { asFailure } = require('../../../core/failure')
const { span } = require('../../../core/format')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const { nodeOf } = require('../../../platform/screen')
const texts = require('../../../texts/index')
const { windowsOf } = require('../windows')
const { drawSheet } = require('./sheet')
const { figuresOf, listsOf, rateOf, reportOf } = require('./text')

const t = texts.report

Page({
  data: {
    t,
    common: texts.common,
    text: '',
    has_names: false,
    is_naming: false,
    picture: '',
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  occurrence_id: '',
  /** @type {Activity | null} */ activity: null,
  /** @type {Stats | null} */ stats: null,
  /** @type {import('./text').Named | null} */ named: null,

  onLoad(/** @type {{ activity_id: string, occurrence_id?: string }} */ { activity_id, occurrence_id = '' }) {
    Object.assign(this, { activity_id, occurrence_id })
    this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      const { organise } = getApp().services
      const [activity, stats] = await Promise.all([organise.get(this.activity_id), organise.stats(this.activity_id, this.occurrence_id)])
      Object.assign(this, { activity, stats })
      this.show()
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  when() {
    const { activity } = this
    if (!activity) return ''
    const when = span(activity.starts_at, activity.ends_at, getApp().services.serverNow(), texts.common)
    const window = windowsOf(activity).find(({ id }) => id === this.occurrence_id)
    return window ? `${when} ${window.name}` : when
  },

  /** Whatever is changed, a picture of before says something else. */
  show() {
    const { activity, stats } = this
    if (!activity || !stats) return
    const named = this.data.has_names ? this.named : null
    this.setData({ text: reportOf(activity.title, this.when(), stats, named), picture: '' })
  },

  toggleNames() {
    return once(this, async () => {
      const has_names = !this.data.has_names
      this.setData({ has_names })
      if (!has_names || this.named) return this.show()
      this.setData({ is_naming: true })
      try {
        this.named = await getApp().services.organise.named(this.activity_id, this.occurrence_id)
      } catch (thrown) {
        this.setData({ has_names: false })
        throw thrown
      } finally {
        this.setData({ is_naming: false })
      }
      this.show()
    })
  },

  copy() {
    return once(this, async () => {
      await feedback.copy(this.data.text)
      feedback.toast(t.copied)
    })
  },

  draw() {
    return once(this, async () => {
      const { activity, stats } = this
      if (!activity || !stats) return
      const canvas = await nodeOf('#sheet')
      drawSheet(canvas, {
        title: activity.title,
        when: [this.when(), activity.place && activity.place.name].filter(Boolean).join(' · '),
        rate: rateOf(stats),
        rate_name: t.rate,
        figures: figuresOf(stats),
        lists: listsOf(this.data.has_names ? this.named : null),
      })
      this.setData({ picture: await getApp().services.platform.pictureOf(canvas) })
    })
  },

  send() {
    return once(this, () => getApp().services.platform.sendPicture(this.data.picture))
  },

  keep() {
    return once(this, async () => {
      const { platform } = getApp().services
      try {
        await platform.keepPicture(this.data.picture)
        feedback.toast(t.kept)
      } catch (thrown) {
        if (asFailure(thrown).kind !== 'denied') throw thrown
        // Who said no once is not asked again.
        if (await feedback.confirm(t.albumAsk)) await platform.openSettings()
      }
    })
  },
})

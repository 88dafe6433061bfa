/** What the server knows and what still waits on this phone, in one list. */

const { asFailure, pictureOf } = require('../../core/failure')
const { alone } = require('../../core/alone')
const { lineOf, lineOfQueued } = require('../../components/record-item/view')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

Page({
  data: {
    t: texts.records,
    /** @type {import('../../components/record-item/view').Line[]} */ lines: [],
    is_loading: true,
    is_end: false,
    icon: 'offline',
    /** @type {Failure | null} */ failure: null,
    common: texts.common,
  },

  stop: () => {},

  onLoad() {
    this.stop = getApp().services.sync.onChange(() => this.show())
    this.show()
    this.refresh()
  },

  onUnload() {
    this.stop()
  },

  onPullDownRefresh() {
    this.refresh().then(feedback.stopRefreshing)
  },

  onReachBottom() {
    this.more()
  },

  show() {
    const { platform, records, sync } = getApp().services
    const now = platform.now()
    const { checkins, queued } = records.cached()
    const waiting = queued.map((/** @type {Queued} */ one) => lineOfQueued(one, now, sync.isKept(one.attempt.attempt_id)))
    this.setData({ lines: [...waiting, ...checkins.map((/** @type {Checkin} */ one) => lineOf(one, now))] })
  },

  async refresh() {
    this.setData({ is_loading: true, failure: null })
    const { records, sync } = getApp().services
    try {
      await sync.flush()
      await records.refresh()
    } catch (thrown) {
      const failure = asFailure(thrown)
      this.setData({ failure, icon: pictureOf(failure) })
    }
    this.setData({ is_loading: false })
    this.show()
  },

  async more() {
    if (this.data.is_loading || this.data.is_end) return
    this.setData({ is_loading: true })
    try {
      this.setData({ is_end: !(await getApp().services.records.more()) })
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
    this.setData({ is_loading: false })
    this.show()
  },

  async open(/** @type {any} */ event) {
    const line = this.data.lines[event.currentTarget.dataset.index]
    if (line.id) return navigation.open('/pages/record/record', { id: line.id })
    if (!line.is_refused) return navigation.open('/pages/result/result', { attempt_id: line.key })
    return alone(this, async () => {
      if (await feedback.confirm(texts.records.dismissAsk)) getApp().services.sync.dismiss(line.key)
    })
  },
})

/** Where one is signed in: this phone, others, and computers; each but this one ends by a tap. */

const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const feedback = require('../../platform/feedback')
const texts = require('../../texts/index')
const { once } = require('../once')

const { console: computer, sessions: t } = texts.consoles

const nameOf = (/** @type {Api['SignedIn']} */ { kind, browser, platform }) =>
  kind === 'console' ? t.console(computer.machine(browser, platform)) : t.phone

const lineOf = (/** @type {Api['SignedIn']} */ session, /** @type {number} */ now) => ({
  id: session.id,
  name: nameOf(session),
  since: t.since(moment(session.created_at, now, texts.common)),
  used: t.used(moment(session.last_used_at, now, texts.common)),
  is_current: session.is_current,
})

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any[]} */ lines: [],
    /** @type {Failure | null} */ failure: null,
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  async load() {
    this.setData({ failure: null })
    try {
      const { consoles, serverNow } = getApp().services
      const sessions = await consoles.sessions()
      this.setData({ lines: sessions.map((/** @type {Api['SignedIn']} */ one) => lineOf(one, serverNow())) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  end(/** @type {any} */ event) {
    return once(this, async () => {
      const { id } = event.currentTarget.dataset
      const { name } = this.data.lines.find((line) => line.id === id)
      if (!(await feedback.confirm(t.endAsk(name)))) return
      await getApp().services.consoles.end(id)
      feedback.toast(t.ended)
      await this.load()
    })
  },
})

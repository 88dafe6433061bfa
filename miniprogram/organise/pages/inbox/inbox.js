/** What there is to know, the newest first; whoever opens one has read it, and sees its file. */

const { asFailure } = require('../../../core/failure')
const { join } = require('../../../core/pages')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { lineOf } = require('./view')

Page({
  data: {
    t: texts.inbox,
    common: texts.common,
    /** @type {ReturnType<typeof lineOf>[]} */ lines: [],
    unread_count: 0,
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  page_token: '',

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  onReachBottom() {
    if (this.page_token && !this.data.is_loading) this.load(this.page_token)
  },

  async load(page_token = '') {
    this.setData({ failure: null, is_loading: true })
    try {
      const { inbox, serverNow } = getApp().services
      const page = await inbox.page(page_token)
      const found = page.messages.map((one) => lineOf(one, serverNow()))
      this.page_token = page.next_page_token
      this.setData({ lines: page_token ? join(this.data.lines, found, 'id') : found, unread_count: page.unread_count })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  open(/** @type {any} */ event) {
    return once(this, async () => {
      const line = this.data.lines.find(({ id }) => id === event.currentTarget.dataset.id)
      if (!line) return
      if (line.is_unread) await this.read(line.id)
      const { export_id, organisation_id } = line
      if (export_id) navigation.open('/organise/pages/exports/exports', { organisation_id, export_id })
    })
  },

  readAll() {
    return once(this, () => this.read(''))
  },

  async read(/** @type {string} */ message_id) {
    const unread_count = await getApp().services.inbox.read(message_id)
    const lines = this.data.lines.map((line) => (!message_id || line.id === message_id ? { ...line, is_unread: false } : line))
    this.setData({ lines, unread_count })
  },
})

/** A list into a roster: pasted or out of a chat, looked at before anything changes, taken over, and undone for an hour. */

const { asFailure, isPassing } = require('../../../core/failure')
const { join } = require('../../../core/pages')
const { later } = require('../../../core/time')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { badFileOf, badLineOf, isToBeSeen, viewOf } = require('./view')

const t = texts.rosters.import
const POLL_MS = 700
const MOST_BYTES = 10 * 1024 * 1024
/** The last import of this phone: it goes on without it, and can be undone by who comes back. */
const LAST = 'roster_import'

Page({
  data: {
    t,
    common: texts.common,
    text: '',
    is_loading: false,
    is_sending: false,
    removes: false,
    /** @type {ReturnType<typeof viewOf> | null} */ view: null,
    /** @type {any[]} */ bad: [],
    has_more_bad: false,
    files: texts.rollcall.files,
    bad_path: '',
  },

  roster_id: '',
  /** @type {RosterImport | null} */ job: null,
  bad_token: '',
  is_left: false,

  onLoad(/** @type {{ roster_id: string }} */ { roster_id }) {
    this.roster_id = roster_id
    this.resume()
  },

  async resume() {
    const last = getApp().services.platform.read(LAST)
    if (!last || last.roster_id !== this.roster_id) return
    this.setData({ is_loading: true })
    const job = await getApp().services.rosters.progress(this.roster_id, last.id).catch(() => null)
    this.setData({ is_loading: false })
    if (job && isToBeSeen(job, getApp().services.serverNow())) await once(this, () => this.follow(job))
  },

  onUnload() {
    this.is_left = true
  },

  type(/** @type {any} */ event) {
    this.setData({ text: event.detail.value })
  },

  paste() {
    return once(this, async () => {
      if (this.data.text.trim()) await this.send(this.data.text)
    }, texts.advise)
  },

  chooseFile() {
    return once(this, async () => {
      const { content } = await getApp().services.platform.chooseFile()
      if (content.byteLength > MOST_BYTES) return feedback.toast(t.tooLarge)
      await this.send(content)
    }, texts.advise)
  },

  async send(/** @type {ArrayBuffer | string} */ content) {
    this.setData({ is_sending: true, removes: false })
    try {
      const { platform, rosters } = getApp().services
      const job = await rosters.read(this.roster_id, content)
      platform.write(LAST, { roster_id: this.roster_id, id: job.id })
      await this.follow(job)
    } finally {
      this.setData({ is_sending: false })
    }
  },

  /** Until nothing of it is under way; the bad rows come with what there is to be looked at. */
  async follow(/** @type {RosterImport} */ job) {
    this.show(job)
    while (!this.is_left && this.data.view && this.data.view.is_running) {
      await later(POLL_MS)
      this.show(await this.progress(job.id))
    }
    if (this.job && this.job.state === 'ready' && this.job.bad) await this.readBad('')
  },

  /** The server goes on while the network is away. */
  async progress(/** @type {string} */ import_id) {
    try {
      return await getApp().services.rosters.progress(this.roster_id, import_id)
    } catch (thrown) {
      if (!isPassing(asFailure(thrown)) || !this.job) throw thrown
      return this.job
    }
  },

  show(/** @type {RosterImport} */ job) {
    this.job = job
    this.setData({ view: viewOf(job, this.data.removes, getApp().services.serverNow()), bad_path: badFileOf(job) })
  },

  async readBad(/** @type {string} */ page_token) {
    if (!this.job) return
    const page = await getApp().services.rosters.badRows(this.roster_id, this.job.id, page_token)
    const lines = page.rows.map(badLineOf)
    this.bad_token = page.next_page_token
    this.setData({ bad: page_token ? join(this.data.bad, lines, 'id') : lines, has_more_bad: Boolean(page.next_page_token) })
  },

  moreBad() {
    return once(this, () => this.readBad(this.bad_token))
  },

  toggleRemoves() {
    this.setData({ removes: !this.data.removes })
    if (this.job) this.show(this.job)
  },

  apply() {
    return once(this, async () => {
      if (this.job) await this.follow(await getApp().services.rosters.apply(this.roster_id, this.job.id, this.data.removes))
    }, texts.advise)
  },

  undo() {
    return once(this, async () => {
      if (!this.job || !(await feedback.confirm(t.undoAsk))) return
      await this.follow(await getApp().services.rosters.undo(this.roster_id, this.job.id))
    }, texts.advise)
  },

  again() {
    this.job = null
    getApp().services.platform.remove(LAST)
    this.setData({ view: null, bad: [], has_more_bad: false })
  },

  leave() {
    navigation.back()
  },
})

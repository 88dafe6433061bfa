/** Files of an activity, or of an organisation's period: asked for here, made while nobody waits, fetched for a week. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')
const { formatsOf, formOf, isUnderWay, lineOf, periodOf } = require('./view')

const AGAIN_MS = 2000
const FIRST = { report: 'people', format: 'xlsx', period: 'month' }
const t = texts.exports

Page({
  data: {
    t,
    common: texts.common,
    ...FIRST,
    form: formOf(false, FIRST),
    /** @type {ReturnType<typeof lineOf>[]} */ lines: [],
    /** Whose file is being fetched: one at a time is kept on the phone. */
    open_id: '',
    path: '',
    problem: '',
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  organisation_id: '',
  /** Others are told apart by it: what it points at comes first. */
  export_id: '',
  timer: 0,
  is_away: false,

  onLoad(/** @type {{ activity_id?: string, organisation_id?: string, export_id?: string }} */ options) {
    this.activity_id = options.activity_id || ''
    this.organisation_id = options.organisation_id || ''
    this.export_id = options.export_id || ''
    if (!this.activity_id) this.setData({ report: 'register' })
    this.showForm()
  },

  onShow() {
    this.is_away = false
    this.load()
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
  },

  leave() {
    this.is_away = true
    clearTimeout(this.timer)
  },

  showForm() {
    const { report, format, period } = this.data
    this.setData({ form: formOf(!this.activity_id, { report, format, period }) })
  },

  choose(/** @type {any} */ event) {
    const { field, name } = event.currentTarget.dataset
    this.setData({ [field]: name })
    const formats = formatsOf(this.data.report)
    if (!formats.includes(this.data.format)) this.setData({ format: formats[0] })
    this.showForm()
  },

  async load() {
    clearTimeout(this.timer)
    this.setData({ failure: null })
    try {
      const files = await this.files()
      this.show(files)
      if (files.some(isUnderWay) && !this.is_away) this.timer = setTimeout(() => this.load(), AGAIN_MS)
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  /** One's own latest of this activity or organisation, and the one that was pointed at, whosever it is. */
  async files() {
    const { reports } = getApp().services
    const { exports: mine } = await reports.exports()
    const files = mine.filter((one) => this.isHere(one))
    if (!this.export_id) return files
    const pointed = mine.find(({ id }) => id === this.export_id) || await reports.getExport(this.export_id)
    return [pointed, ...files.filter(({ id }) => id !== this.export_id)]
  },

  isHere(/** @type {Export} */ { activity_id, organisation_id }) {
    return this.activity_id ? activity_id === this.activity_id : !activity_id && organisation_id === this.organisation_id
  },

  show(/** @type {Export[]} */ files) {
    const now = getApp().services.serverNow()
    this.setData({ lines: files.map((file) => lineOf(file, now)) })
    const pointed = files.find(({ id }) => id === this.export_id)
    if (pointed && pointed.state === 'done' && !this.data.open_id) this.unfold(this.export_id)
  },

  make() {
    return once(this, async () => {
      const { report, format, period } = this.data
      const { reports, serverNow } = getApp().services
      const about = this.activity_id ? { activity_id: this.activity_id } : { organisation_id: this.organisation_id, ...periodOf(period, serverNow()) }
      if (!(await this.told(() => reports.ask({ report, format, ...about })))) return
      feedback.toast(t.made)
      await this.load()
    })
  },

  cancel(/** @type {any} */ event) {
    return once(this, async () => {
      await this.told(() => getApp().services.reports.cancel(event.currentTarget.dataset.id))
      await this.load()
    })
  },

  toggle(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    this.unfold(this.data.open_id === id ? '' : id)
  },

  unfold(/** @type {string} */ open_id) {
    this.setData({ open_id, path: open_id ? getApp().services.reports.fileOf(open_id) : '' })
  },

  /** Whether it went well; what is in the way of files stays to be read. */
  async told(/** @type {() => Promise<unknown>} */ act) {
    this.setData({ problem: '' })
    try {
      await act()
      return true
    } catch (thrown) {
      const problem = t.failed[asFailure(thrown).reason || '']
      if (!problem) throw thrown
      this.setData({ problem })
      return false
    }
  },
})

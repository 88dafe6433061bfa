/** An activity as it runs: the numbers live, and the ways to the QR, the people, the door and the doubtful ones. */

const { asFailure } = require('../../../core/failure')
const { clock, dateOf, span } = require('../../../core/format')
const { parseTime, toRfc3339 } = require('../../../core/time')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { windowsOf } = require('../windows')
const { barsOf } = require('./chart')

const CAN_MANAGE = ['owner', 'organiser']
const EDITABLE = ['draft', 'published']
/** While it goes on, and afterwards: paper is entered then. */
const CALLED = ['published', 'closed']
const STATES = /** @type {Record<string, string>} */ (texts.organise.states)
const t = texts.organise.hub

const tilesOf = (/** @type {Stats} */ stats) => [
  { name: t.inside, count: stats.inside, tone: '' },
  { name: t.late, count: stats.late, tone: stats.late ? 'wait' : '' },
  { name: t.provisional, count: stats.provisional, tone: '' },
  { name: t.refused, count: stats.refused, tone: stats.refused ? 'bad' : '' },
]

/** Nobody is told of a trial, nor of what was called off. */
const isOver = (/** @type {Activity} */ { state, ends_at, rehearsal_of }, /** @type {number} */ now) =>
  !rehearsal_of && (state === 'closed' || (state === 'published' && parseTime(ends_at) <= now))

Page({
  data: {
    t,
    common: texts.common,
    /** @type {Activity | null} */ activity: null,
    state: '',
    when: '',
    kind: texts.ofKind('').one,
    cancel: '',
    can_manage: false,
    can_edit: false,
    is_called: false,
    is_over: false,
    has_begun: false,
    rehearsal: '',
    copy_from: '',
    over: '',
    /** @type {ReturnType<typeof windowsOf>} */ windows: [],
    occurrence_id: '',
    /** @type {Stats | null} */ stats: null,
    /** @type {any[]} */ tiles: [],
    /** @type {any[]} */ bars: [],
    as_of: '',
    is_cut: false,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  is_qr_due: false,
  /** @type {(() => void) | null} */ stop: null,

  onLoad(/** @type {{ activity_id: string, qr?: string }} */ options) {
    this.activity_id = options.activity_id
    this.is_qr_due = Boolean(options.qr)
  },

  onShow() {
    this.load()
    if (!this.is_qr_due) return
    this.is_qr_due = false
    this.showQr()
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
  },

  leave() {
    if (this.stop) this.stop()
    this.stop = null
  },

  async load() {
    this.setData({ failure: null })
    try {
      const { organise } = getApp().services
      this.show(await organise.get(this.activity_id))
      if (!this.stop) this.listen()
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  listen() {
    const { organise } = getApp().services
    const count = (/** @type {Stats} */ stats) => this.count(stats)
    this.stop = organise.live(this.activity_id, count, () => this.setData({ is_cut: true }), () => this.follow(), this.data.occurrence_id)
  },

  /** Somebody else may have edited it. */
  async follow() {
    const activity = await getApp().services.organise.get(this.activity_id).catch(() => null)
    if (activity) this.show(activity)
  },

  show(/** @type {Activity} */ activity) {
    const now = getApp().services.serverNow()
    const { one } = texts.ofKind(activity.kind)
    this.setData({
      activity,
      state: STATES[activity.state || ''] || '',
      when: span(activity.starts_at, activity.ends_at, now, texts.common),
      kind: one,
      cancel: t.cancel(one),
      can_manage: CAN_MANAGE.includes(activity.own_role || ''),
      can_edit: EDITABLE.includes(activity.state || '') && !activity.rehearsal_of,
      is_called: CALLED.includes(activity.state || ''),
      is_over: isOver(activity, now),
      has_begun: activity.occurrences.some(({ opens_at }) => parseTime(opens_at) <= now),
      rehearsal: activity.rehearsal_of ? texts.organise.rehearsal : '',
      copy_from: dateOf(new Date(parseTime(activity.starts_at))),
      windows: windowsOf(activity),
    })
    navigation.title(one)
    this.showOver()
  },

  count(/** @type {Stats} */ stats) {
    this.setData({
      stats,
      is_cut: false,
      tiles: tilesOf(stats),
      bars: barsOf(stats.by_minute),
      as_of: t.asOf(clock(new Date(parseTime(stats.as_of)))),
    })
    this.showOver()
  },

  /** By what the activity says now: the numbers may know of an edit some seconds later. */
  showOver() {
    const { activity, stats } = this.data
    const over = activity && stats && activity.capacity ? stats.checked_in - activity.capacity : 0
    this.setData({ over: over > 0 ? t.over(over) : '' })
  },

  copyCode() {
    return once(this, async () => {
      if (!this.data.activity || !this.data.activity.code) return
      await feedback.copy(this.data.activity.code)
      feedback.toast(t.copied)
    })
  },

  publish() {
    return once(this, () => this.move('publish'))
  },

  close() {
    return once(this, async () => {
      if (await feedback.confirm(t.closeAsk)) await this.move('close')
    })
  },

  cancel() {
    return once(this, async () => {
      if (await feedback.confirm(t.cancelAsk(this.data.kind))) await this.move('cancel')
    })
  },

  reopen() {
    return once(this, async () => {
      if (await feedback.confirm(t.reopenAsk)) await this.move('reopen')
    })
  },

  /** The next window, and its QR at once: the numbers of those before stay. */
  again() {
    return once(this, async () => {
      const { activity } = this.data
      if (!activity) return
      this.show(await getApp().services.organise.again(activity.id, activity.occurrences.length + 1))
      this.look('')
      this.showQr()
    })
  },

  chooseWindow(/** @type {any} */ event) {
    this.look(event.currentTarget.dataset.id)
  },

  /** At the numbers of a window; of the newest where none is named. */
  look(/** @type {string} */ occurrence_id) {
    if (occurrence_id === this.data.occurrence_id) return
    this.leave()
    this.setData({ occurrence_id, stats: null, tiles: [], bars: [], as_of: '' })
    this.listen()
  },

  edit() {
    this.open('form')
  },

  /** To a draft of that day, at the same time of it. */
  copy(/** @type {any} */ event) {
    return once(this, async () => {
      const { activity } = this.data
      if (!activity) return
      const at = new Date(parseTime(activity.starts_at))
      const [year, month, day] = event.detail.value.split('-').map(Number)
      at.setFullYear(year, month - 1, day)
      const made = await getApp().services.organise.copy(activity.id, toRfc3339(at.getTime()))
      navigation.open('/organise/pages/hub/hub', { activity_id: made.id })
    })
  },

  rehearse() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.rehearseAsk))) return
      const { id } = await getApp().services.organise.rehearse(this.activity_id)
      navigation.open('/organise/pages/hub/hub', { activity_id: id })
    })
  },

  remove() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.removeAsk))) return
      await getApp().services.organise.remove(this.activity_id)
      navigation.back()
    })
  },

  /** People are invited to the activity; its QR is for those who are there, and goes nowhere. */
  onShareAppMessage() {
    const { activity, when } = this.data
    if (!activity || activity.state !== 'published') return { title: texts.common.untitled, path: '/pages/home/home' }
    return { title: t.invitation(activity.title, when), path: `/pages/activity/activity?activity_id=${activity.id}` }
  },

  async move(/** @type {'publish' | 'close' | 'reopen' | 'cancel'} */ verb) {
    this.show(await getApp().services.organise[verb](this.activity_id))
  },

  showQr() {
    this.open('qr')
  },

  showReport() {
    this.open('report')
  },

  showPeople() {
    this.open('people')
  },

  showExports() {
    this.open('exports')
  },

  showStaff() {
    this.open('staff')
  },

  showDoor() {
    this.open('door')
  },

  showRollcall() {
    this.open('rollcall')
  },

  showPaper() {
    this.open('paper')
  },

  showReviews() {
    this.open('reviews')
  },

  showCrew() {
    this.open('crew')
  },

  showDisplays() {
    this.open('displays')
  },

  showTags() {
    this.open('tags')
  },

  open(/** @type {string} */ page) {
    const { activity, rehearsal, occurrence_id } = this.data
    const roster_id = (activity && activity.roster_id) || ''
    const asks = activity && activity.ask.length ? 1 : ''
    navigation.open(`/organise/pages/${page}/${page}`, { activity_id: this.activity_id, rehearsal: rehearsal ? 1 : '', roster_id, asks, occurrence_id })
  },
})

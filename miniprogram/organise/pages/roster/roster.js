/** One roster: who is on it, found by name, number or group; and what its people are shown of it. */

const { asFailure } = require('../../../core/failure')
const { join } = require('../../../core/pages')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const { query } = require('../../../services/api')
const texts = require('../../../texts/index')
const { isSearchable } = require('../members/acts')
const { lineOf } = require('./line')

const t = texts.rosters.roster

Page({
  data: {
    t,
    common: texts.common,
    can_manage: false,
    /** @type {Roster | null} */ roster: null,
    about: '',
    /** @type {{ group: string, text: string }[]} */ groups: [],
    group: 0,
    is_bound: '',
    is_more: false,
    q: '',
    hint: '',
    files: texts.rollcall.files,
    labelsHint: texts.rollcall.paper.labelsHint,
    labels: { text: '', name: '' },
    paths: { roster: '', labels: '' },
    /** @type {any[]} */ lines: [],
    is_loading: true,
    has_more: false,
    /** @type {Failure | null} */ failure: null,
  },

  roster_id: '',
  page_token: '',
  // Answers come in any order; the last question counts.
  asked: 0,

  onLoad(/** @type {{ roster_id: string, manage?: string }} */ { roster_id, manage }) {
    this.roster_id = roster_id
    this.setData({ can_manage: Boolean(manage) })
  },

  /** Also back from an entry or an import, which change it. */
  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  onReachBottom() {
    if (this.data.has_more && !this.data.is_loading) this.read(this.page_token)
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      const { rosters } = getApp().services
      const [roster, groups] = await Promise.all([rosters.get(this.roster_id), rosters.groups(this.roster_id)])
      this.show(roster)
      this.showGroups(groups)
      await this.read('')
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  /** The chosen one stays chosen while there is one of its name. */
  showGroups(/** @type {{ group: string, entries: number }[]} */ found) {
    const { groups, group } = this.data
    const chosen = groups[group] ? groups[group].group : ''
    const named = found.filter((one) => one.group).map((one) => ({ group: one.group, text: t.ofGroup(one.group, one.entries) }))
    this.setData({
      groups: named.length ? [{ group: '', text: t.allGroups }, ...named] : [],
      group: 1 + named.findIndex((one) => one.group === chosen),
    })
  },

  show(/** @type {Roster} */ roster) {
    this.setData({ roster, about: texts.rosters.list.about(roster.entries, roster.bound) })
    navigation.title(roster.title)
  },

  /** Labels are of the group that is looked at. */
  showFiles() {
    const { groups, group } = this.data
    const named = groups[group] ? groups[group].group : ''
    const at = `/v1/rosters/${this.roster_id}`
    this.setData({
      labels: { text: texts.rollcall.paper.labels(named), name: texts.rollcall.paper.labelsName(named) },
      paths: { roster: `${at}/file?format=xlsx`, labels: `${at}/labels.pdf${query({ group: named })}` },
    })
  },

  async read(/** @type {string} */ page_token) {
    this.showFiles()
    this.asked += 1
    const asked = this.asked
    this.setData({ is_loading: true, failure: null })
    try {
      const { q, is_bound, groups, group } = this.data
      const filter = { q, is_bound, group: groups[group] ? groups[group].group : '', page_token }
      const page = await getApp().services.rosters.entries(this.roster_id, filter)
      if (asked !== this.asked) return
      const lines = page.entries.map(lineOf)
      this.page_token = page.next_page_token
      this.setData({ lines: page_token ? join(this.data.lines, lines, 'id') : lines, has_more: Boolean(page.next_page_token), is_loading: false })
    } catch (thrown) {
      if (asked === this.asked) this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  search(/** @type {any} */ event) {
    const q = event.detail.value.trim()
    const is_short = q && !isSearchable(q)
    this.setData({ hint: is_short ? t.searchShort : '' })
    if (is_short || q === this.data.q) return
    this.setData({ q })
    this.read('')
  },

  chooseGroup(/** @type {any} */ event) {
    this.setData({ group: Number(event.detail.value) })
    this.read('')
  },

  chooseBound(/** @type {any} */ event) {
    this.setData({ is_bound: event.currentTarget.dataset.bound })
    this.read('')
  },

  toggleMore() {
    this.setData({ is_more: !this.data.is_more })
  },

  import() {
    navigation.open('/organise/pages/import/import', { roster_id: this.roster_id })
  },

  add() {
    navigation.open('/organise/pages/entry/entry', { roster_id: this.roster_id, manage: 1 })
  },

  open(/** @type {any} */ event) {
    const { entry } = this.data.lines[event.currentTarget.dataset.index]
    const manage = this.data.can_manage ? 1 : ''
    navigation.open('/organise/pages/entry/entry', { roster_id: this.roster_id, manage, entry: JSON.stringify(entry) })
  },

  toggleShown(/** @type {any} */ event) {
    return once(this, async () => {
      const { roster } = this.data
      if (!roster) return
      const { heading } = event.currentTarget.dataset
      const extra = roster.extra.map((one) => (one.heading === heading ? { ...one, is_shown: !one.is_shown } : one))
      this.show(await getApp().services.rosters.change(this.roster_id, { extra }))
    })
  },

  rename() {
    return once(this, async () => {
      const title = await feedback.prompt(t.renameAsk)
      if (title) this.show(await getApp().services.rosters.change(this.roster_id, { title }))
    })
  },

  remove() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.removeAsk))) return
      await getApp().services.rosters.remove(this.roster_id)
      navigation.back()
    }, texts.advise)
  },
})

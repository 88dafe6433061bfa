/** Paper at the door: a list to print, to be signed, and to be entered afterwards. */

const { asFailure } = require('../../../core/failure')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.rollcall.paper

Page({
  data: {
    t,
    common: texts.common,
    groupName: texts.rollcall.group,
    is_ready: false,
    has_roster: false,
    /** @type {string[]} The first of them is all. */ groups: [],
    group: 0,
    blank: t.blanks[1],
    path: '',
    name: '',
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  roster_id: '',
  rehearsal: '',
  /** @type {string[]} Those in no group go by an empty one. */ names: [],

  onLoad(/** @type {{ activity_id: string, roster_id?: string, rehearsal?: string }} */ { activity_id, roster_id = '', rehearsal = '' }) {
    Object.assign(this, { activity_id, roster_id, rehearsal })
    this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      const groups = this.roster_id ? await getApp().services.rosters.groups(this.roster_id) : []
      const names = groups.map(({ group }) => group)
      this.names = names.some(Boolean) ? names : []
      this.setData({
        is_ready: true,
        has_roster: Boolean(this.roster_id),
        groups: this.names.length ? [texts.rollcall.allGroups, ...this.names.map((name) => name || texts.rollcall.noGroup)] : [],
        blank: this.roster_id ? t.blanks[1] : t.blanks[3],
      })
      this.show()
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  show() {
    const { groups, group, blank } = this.data
    // One that is empty is asked for, too: of those in no group.
    const chosen = group ? `&group=${encodeURIComponent(this.names[group - 1])}` : ''
    this.setData({
      path: `/v1/activities/${this.activity_id}/sign-sheet.pdf?blank_rows=${blank}${chosen}`,
      name: t.sheetName(group ? groups[group] : ''),
    })
  },

  chooseGroup(/** @type {any} */ event) {
    this.setData({ group: Number(event.detail.value) })
    this.show()
  },

  chooseBlank(/** @type {any} */ event) {
    this.setData({ blank: event.currentTarget.dataset.blank })
    this.show()
  },

  enter() {
    navigation.open('/organise/pages/rollcall/rollcall', { activity_id: this.activity_id, rehearsal: this.rehearsal, paper: 1 })
  },
})

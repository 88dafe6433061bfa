/** Staff say who somebody at the door is: one person of the roster, whom they have looked at. */

const { asFailure } = require('../../../core/failure')
const { decoded } = require('../../../core/qr_link')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { isSearchable } = require('../members/acts')
const { lineOf } = require('../roster/line')

const t = texts.rosters.match

Page({
  data: {
    t,
    common: texts.common,
    roster: texts.rosters.roster,
    who: '',
    q: '',
    hint: '',
    /** @type {any[]} */ lines: [],
    is_loading: false,
    /** @type {Failure | null} */ failure: null,
  },

  roster_id: '',
  user_id: '',
  name: '',
  // Answers come in any order; the last question counts.
  asked: 0,

  onLoad(/** @type {{ roster_id: string, user_id: string, name?: string }} */ { roster_id, user_id, name = '' }) {
    Object.assign(this, { roster_id, user_id, name: decoded(name) || texts.organise.people.unnamed })
    this.setData({ who: t.who(this.name) })
    if (isSearchable(decoded(name))) this.find(decoded(name))
  },

  search(/** @type {any} */ event) {
    const q = event.detail.value.trim()
    const is_short = q && !isSearchable(q)
    this.setData({ hint: is_short ? texts.rosters.roster.searchShort : '' })
    if (is_short || q === this.data.q) return
    this.find(q)
  },

  find(/** @type {string} */ q) {
    this.setData({ q })
    this.load()
  },

  async load() {
    this.asked += 1
    const asked = this.asked
    const { q } = this.data
    this.setData({ is_loading: Boolean(q), failure: null, lines: [] })
    if (!q) return
    try {
      const { entries } = await getApp().services.rosters.entries(this.roster_id, { q })
      if (asked === this.asked) this.setData({ lines: entries.map(lineOf), is_loading: false })
    } catch (thrown) {
      if (asked === this.asked) this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  choose(/** @type {any} */ event) {
    return once(this, async () => {
      const { id, name, tag } = this.data.lines[event.currentTarget.dataset.index]
      if (tag) return feedback.toast(t.taken)
      if (!(await feedback.confirm(t.ask(this.name, name)))) return
      await getApp().services.rosters.bind(this.roster_id, id, this.user_id)
      feedback.toast(t.done)
      navigation.back()
    }, texts.advise)
  },
})

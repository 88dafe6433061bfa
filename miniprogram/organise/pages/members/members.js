/** Who belongs to an organisation; a tap on a person offers what one may do with them. */

const { asFailure } = require('../../../core/failure')
const { join } = require('../../../core/pages')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { actsOn, isSearchable } = require('./acts')

const t = texts.organisation.members

const lineOf = (/** @type {Member} */ member, /** @type {string} */ own_id) => ({
  id: member.user_id,
  name: (member.name || texts.organise.people.unnamed) + (member.user_id === own_id ? `（${t.self}）` : ''),
  group: member.group || '',
  role: texts.organisation.roles[member.role || ''] || '',
})

Page({
  data: {
    t,
    common: texts.common,
    can_manage: false,
    q: '',
    hint: '',
    /** @type {any[]} */ lines: [],
    is_loading: true,
    has_more: false,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',
  own_role: '',
  own_id: '',
  /** @type {Member[]} */ members: [],
  page_token: '',
  // Answers come in any order; the last question counts.
  asked: 0,

  onLoad(/** @type {{ organisation_id: string, role: string, manage?: string }} */ { organisation_id, role, manage }) {
    Object.assign(this, { organisation_id, own_role: role })
    this.setData({ can_manage: Boolean(manage) })
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  onReachBottom() {
    if (this.data.has_more && !this.data.is_loading) this.read(this.page_token)
  },

  load() {
    return this.read('')
  },

  async read(/** @type {string} */ page_token) {
    this.asked += 1
    const asked = this.asked
    this.setData({ is_loading: true, failure: null })
    try {
      const { organisations, session } = getApp().services
      this.own_id = (await session.ensure()).id
      const page = await organisations.members(this.organisation_id, { name: this.data.q, page_token })
      if (asked !== this.asked) return
      this.members = page_token ? join(this.members, page.members, 'user_id') : page.members
      this.page_token = page.next_page_token
      this.setData({ has_more: Boolean(this.page_token), is_loading: false })
      this.show()
    } catch (thrown) {
      if (asked === this.asked) this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  show() {
    this.setData({ lines: this.members.map((one) => lineOf(one, this.own_id)) })
  },

  search(/** @type {any} */ event) {
    const q = event.detail.value.trim()
    const is_short = q && !isSearchable(q)
    this.setData({ hint: is_short ? t.searchShort : '' })
    if (is_short || q === this.data.q) return
    this.setData({ q })
    this.load()
  },

  invite() {
    navigation.open('/organise/pages/invite/invite', { organisation_id: this.organisation_id, role: this.own_role })
  },

  act(/** @type {any} */ event) {
    return once(this, async () => {
      const member = this.members.find(({ user_id }) => user_id === event.currentTarget.dataset.id)
      if (!member) return
      if (member.user_id === this.own_id) return feedback.toast(t.noneSelf)
      const acts = actsOn(member, this.own_role)
      if (!acts.length) return feedback.toast(t.none)
      const index = await feedback.choose(acts.map(({ text }) => text))
      if (index !== null && await this.does(acts[index], member)) await this.load()
    })
  },

  /** Whether something was changed. */
  async does(/** @type {import('./acts').Act} */ act, /** @type {Member} */ member) {
    const { organisations } = getApp().services
    const name = member.name || texts.organise.people.unnamed
    if (act.does === 'group') {
      const group = await feedback.prompt(t.groupAsk)
      if (group === null) return false
      await organisations.change(this.organisation_id, member.user_id, { group })
    } else if (act.does === 'hand_over') {
      if (!(await feedback.confirm(t.handOverAsk(name)))) return false
      await organisations.handOver(this.organisation_id, member.user_id)
      this.own_role = 'organiser'
    } else if (act.does === 'remove') {
      if (!(await feedback.confirm(t.removeAsk(name)))) return false
      await organisations.remove(this.organisation_id, member.user_id)
    } else await organisations.change(this.organisation_id, member.user_id, { role: act.role })
    return true
  },

})

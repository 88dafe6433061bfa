/** The invites of an organisation, the latest first. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { join } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.organisation.invites

const lineOf = (/** @type {Invite} */ invite, /** @type {number} */ now) => ({
  id: invite.id,
  role: invite.activity_title || texts.organisation.roles[invite.role || ''] || '',
  used: t.used(invite.used, invite.uses),
  until: t.until(moment(invite.expires_at, now, texts.common)),
  state: t.states[invite.state || ''] || '',
  tone: invite.state === 'open' ? 'good' : '',
})

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any[]} */ lines: [],
    is_loading: true,
    has_more: false,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',
  own_role: '',
  page_token: '',

  onLoad(/** @type {{ organisation_id: string, role: string }} */ { organisation_id, role }) {
    Object.assign(this, { organisation_id, own_role: role })
  },

  onShow() {
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
    this.setData({ is_loading: true, failure: null })
    try {
      const { organisations, serverNow } = getApp().services
      const page = await organisations.invites(this.organisation_id, page_token)
      const lines = page.invites.map((/** @type {Invite} */ one) => lineOf(one, serverNow()))
      this.page_token = page.next_page_token
      this.setData({ lines: page_token ? join(this.data.lines, lines, 'id') : lines, has_more: Boolean(this.page_token) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  create() {
    navigation.open('/organise/pages/invite/invite', { organisation_id: this.organisation_id, role: this.own_role })
  },

  open(/** @type {any} */ event) {
    navigation.open('/organise/pages/invite/invite', { organisation_id: this.organisation_id, invite_id: event.currentTarget.dataset.id })
  },
})

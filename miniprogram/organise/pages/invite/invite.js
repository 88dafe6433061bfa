/** An invite: made here with a role, so many uses and an end, then shown as a QR until it is used up, over or revoked. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { drawQr } = require('../../../core/qr_drawing')
const { toRfc3339 } = require('../../../core/time')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const { canvasOf } = require('../../../platform/screen')
const texts = require('../../../texts/index')
const { invitable } = require('../members/acts')

const DAY_MS = 86400000
const WEEK = 1
const MOST_USES = 500
const t = texts.organisation.invite
const ROLES = texts.organisation.roles

const rolesOf = (/** @type {string[]} */ names, /** @type {string} */ chosen) =>
  names.map((name) => ({ name, text: ROLES[name], is_on: name === chosen }))

const factsOf = (/** @type {Invite} */ invite, /** @type {number} */ now) => ({
  role: invite.activity_title || ROLES[invite.role || ''] || '',
  used: texts.organisation.invites.used(invite.used, invite.uses),
  until: texts.organisation.invites.until(moment(invite.expires_at, now, texts.common)),
  state: texts.organisation.invites.states[invite.state || ''] || '',
})

Page({
  data: {
    t,
    common: texts.common,
    is_of_activity: false,
    /** @type {any[]} */ roles: [],
    role: 'member',
    rights: texts.organisation.rights.member,
    uses: '1',
    group: '',
    end: WEEK,
    /** @type {Invite | null} */ invite: null,
    /** @type {any} */ facts: {},
    /** @type {any[]} */ used_by: [],
    is_open: false,
    is_asked: false,
    is_sending: false,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',
  activity_id: '',
  invite_id: '',
  /** @type {string[]} */ names: [],

  onLoad(/** @type {Record<string, string>} */ { organisation_id, role = '', activity_id = '', invite_id = '' }) {
    Object.assign(this, { organisation_id, activity_id, invite_id, names: invitable(role) })
    this.setData({ is_of_activity: Boolean(activity_id), is_asked: Boolean(invite_id) })
    this.choose(activity_id ? 'staff' : 'member')
  },

  /** Who used it meanwhile shows when the page is looked at again. */
  onShow() {
    if (this.invite_id) this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      await this.show(await getApp().services.organisations.invite(this.organisation_id, this.invite_id))
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  async show(/** @type {Invite} */ invite) {
    this.invite_id = invite.id
    const is_open = invite.state === 'open'
    const used_by = (invite.used_by || []).map((one) => ({ id: one.user_id, name: one.name || texts.organise.people.unnamed }))
    this.setData({ invite, used_by, is_open, facts: factsOf(invite, getApp().services.serverNow()) })
    if (!is_open) return
    const { canvas, size } = await canvasOf('#qr')
    drawQr(canvas, size, invite.url)
  },

  choose(/** @type {string} */ role) {
    this.setData({ role, roles: rolesOf(this.names, role), rights: texts.organisation.rights[role] })
  },

  chooseRole(/** @type {any} */ event) {
    this.choose(event.currentTarget.dataset.name)
  },

  chooseEnd(/** @type {any} */ event) {
    this.setData({ end: event.currentTarget.dataset.index })
  },

  type(/** @type {any} */ event) {
    this.setData({ [event.currentTarget.dataset.field]: event.detail.value })
  },

  create() {
    return once(this, async () => {
      const uses = Number(this.data.uses)
      if (!(uses >= 1 && uses <= MOST_USES)) return feedback.toast(t.needsUses)
      const { organisations, serverNow } = getApp().services
      const expires_at = toRfc3339(serverNow() + t.endChoices[this.data.end].days * DAY_MS)
      const scope = { ...(this.activity_id && { activity_id: this.activity_id }), ...(this.data.group && { group: this.data.group }) }
      this.setData({ is_sending: true })
      try {
        await this.show(await organisations.makeInvite(this.organisation_id, { role: this.data.role, uses, expires_at, ...scope }))
      } finally {
        this.setData({ is_sending: false })
      }
    })
  },

  copy() {
    return once(this, async () => {
      if (!this.data.invite) return
      await feedback.copy(this.data.invite.url)
      feedback.toast(t.copied)
    })
  },

  revoke() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.revokeAsk))) return
      await getApp().services.organisations.revokeInvite(this.organisation_id, this.invite_id)
      await this.load()
    })
  },

  onShareAppMessage() {
    const { invite, facts } = this.data
    if (!invite) return { title: texts.common.untitled, path: '/pages/home/home' }
    return { title: t.card(facts.role), path: `/pages/join/join?code=${invite.code}` }
  },
})

/** An organisation that one belongs to: its people, invites and places, its name, and the ways out of it. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const MANAGERS = ['owner', 'organiser']
/** What somebody can do something about. */
const STUCK = ['LAST_OWNER', 'ACTIVITIES_RUNNING']
const t = texts.organisation.home

Page({
  data: {
    t,
    common: texts.common,
    /** @type {Organisation | null} */ organisation: null,
    role: '',
    rights: '',
    can_list: false,
    can_manage: false,
    is_owner: false,
    is_archived: false,
    /** What is in the way, and what to do about it. */
    /** @type {ReturnType<typeof texts.explain> | null} */ stuck: null,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',

  onLoad(/** @type {{ organisation_id: string }} */ { organisation_id }) {
    this.organisation_id = organisation_id
  },

  onShow() {
    this.load()
  },

  async load() {
    this.setData({ failure: null })
    try {
      const all = await getApp().services.organisations.list(true)
      const organisation = all.find((/** @type {Organisation} */ one) => one.id === this.organisation_id)
      if (!organisation) return navigation.back()
      const role = organisation.role || ''
      this.setData({
        organisation,
        role: texts.organisation.roles[role] || '',
        rights: texts.organisation.rights[role] || '',
        can_list: role !== 'member',
        can_manage: MANAGERS.includes(role),
        is_owner: role === 'owner',
        is_archived: Boolean(organisation.archived_at),
      })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  open(/** @type {any} */ event) {
    const { page } = event.currentTarget.dataset
    const { organisation, can_manage } = this.data
    if (!organisation) return
    navigation.open(`/organise/pages/${page}/${page}`, { organisation_id: organisation.id, role: organisation.role || '', manage: can_manage ? 1 : '' })
  },

  rename() {
    return once(this, async () => {
      const name = await feedback.prompt(t.renameAsk)
      if (!name) return
      await getApp().services.organisations.rename(this.organisation_id, name)
      await this.load()
    })
  },

  archive() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.archiveAsk))) return
      await this.unlessStuck(() => getApp().services.organisations.archive(this.organisation_id))
      await this.load()
    })
  },

  unarchive() {
    return once(this, async () => {
      await getApp().services.organisations.unarchive(this.organisation_id)
      await this.load()
    })
  },

  /** Whether something was done; what is in the way stays to be read. */
  async unlessStuck(/** @type {() => Promise<unknown>} */ act) {
    this.setData({ stuck: null })
    try {
      await act()
      return true
    } catch (thrown) {
      const { reason = '', body } = asFailure(thrown)
      if (!STUCK.includes(reason)) throw thrown
      this.setData({ stuck: texts.explain({ ...body.metadata, reason }) })
      return false
    }
  },

  leave() {
    return once(this, async () => {
      if (!(await feedback.confirm(t.leaveAsk))) return
      const { organisations, session } = getApp().services
      const { id } = await session.ensure()
      if (!(await this.unlessStuck(() => organisations.remove(this.organisation_id, id)))) return
      feedback.toast(t.left)
      navigation.back()
    })
  },
})

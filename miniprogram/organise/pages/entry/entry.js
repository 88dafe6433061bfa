/** A person on a roster: what is said of them, who they are, and the ways to let them say so. */

const { moment } = require('../../../core/format')
const { decoded } = require('../../../core/qr_link')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.rosters.entry

/** @type {EntryDraft} */
const NOBODY = { name: '', number: '', phone: '', group: '', note: '', extra: {} }
const FIELDS = /** @type {const} */ (['name', 'number', 'phone', 'group', 'note'])

const fieldsOf = (/** @type {EntryDraft} */ draft) => FIELDS.map((name) => ({ name, text: texts.rosters.fields[name], value: draft[name] }))

const draftOf = (/** @type {EntryDraft} */ { name, number, phone, group, note, extra }) => ({ name, number, phone, group, note, extra })

Page({
  data: {
    t,
    can_manage: false,
    /** @type {RosterEntry | null} */ entry: null,
    draft: NOBODY,
    fields: fieldsOf(NOBODY),
    /** @type {{ heading: string, value: string }[]} */ extra: [],
    how: '',
    since: '',
    /** @type {{ code: string, until: string } | null} */ invite: null,
    is_sending: false,
    /** @type {Record<string, string>} */ errors: {},
  },

  roster_id: '',

  onLoad(/** @type {{ roster_id: string, entry?: string, manage?: string }} */ { roster_id, entry, manage }) {
    this.roster_id = roster_id
    this.setData({ can_manage: Boolean(manage) })
    this.loadColumns()
    navigation.title(entry ? t.edit : t.add)
    if (entry) this.show(JSON.parse(decoded(entry)))
  },

  /** Somebody is put on a roster also where its other columns do not come. */
  async loadColumns() {
    const roster = await getApp().services.rosters.get(this.roster_id).catch(() => null)
    if (!roster) return
    const { extra } = this.data.draft
    this.setData({ extra: roster.extra.map(({ heading }) => ({ heading, value: extra[heading] || '' })) })
  },

  show(/** @type {RosterEntry} */ entry) {
    const draft = draftOf(entry)
    const { bound } = entry
    this.setData({
      entry,
      draft,
      fields: fieldsOf(draft),
      how: bound ? t.hows[bound.how || ''] || texts.rosters.roster.bound : '',
      since: bound ? t.since(moment(bound.since, getApp().services.platform.now(), texts.common)) : '',
    })
  },

  type(/** @type {any} */ event) {
    this.setData({ draft: { ...this.data.draft, [event.currentTarget.dataset.field]: event.detail.value }, errors: {} })
  },

  typeExtra(/** @type {any} */ event) {
    const { draft } = this.data
    this.setData({ draft: { ...draft, extra: { ...draft.extra, [event.currentTarget.dataset.heading]: event.detail.value } } })
  },

  store() {
    return once(this, async () => {
      const { draft, entry } = this.data
      if (!draft.name.trim()) return feedback.toast(t.needsName)
      this.setData({ is_sending: true })
      try {
        const { rosters } = getApp().services
        if (entry) this.show(await rosters.replace(this.roster_id, entry.id, draft))
        else await rosters.add(this.roster_id, draft)
        feedback.toast(entry ? t.stored : t.added)
        if (!entry) navigation.back()
      } finally {
        this.setData({ is_sending: false })
      }
    }, (failure) => this.refused(failure))
  },

  /** A field says itself what is wrong with it. */
  refused(/** @type {Failure} */ failure) {
    this.setData({ errors: Object.fromEntries((failure.errors || []).map(({ field, message }) => [field, message])) })
    return texts.advise(failure)
  },

  invite() {
    return once(this, async () => {
      const { entry } = this.data
      if (!entry) return
      const { rosters, serverNow } = getApp().services
      const { code, expires_at } = await rosters.invite(this.roster_id, entry.id)
      this.setData({ invite: { code, until: t.until(moment(expires_at, serverNow(), texts.common)) } })
    })
  },

  copy() {
    return once(this, async () => {
      if (!this.data.invite) return
      await feedback.copy(this.data.invite.code)
      feedback.toast(t.copied)
    })
  },

  onShareAppMessage() {
    const { invite, entry } = this.data
    if (!invite || !entry) return { title: texts.common.untitled, path: '/pages/home/home' }
    return { title: t.card(entry.name), path: `/pages/claim/claim?code=${invite.code}` }
  },

  unbind() {
    return once(this, async () => {
      const { entry } = this.data
      if (!entry || !(await feedback.confirm(t.unbindAsk(entry.name)))) return
      await getApp().services.rosters.unbind(this.roster_id, entry.id)
      this.show({ ...entry, bound: null })
    })
  },

  remove() {
    return once(this, async () => {
      const { entry } = this.data
      if (!entry || !(await feedback.confirm(t.removeAsk(entry.name)))) return
      await getApp().services.rosters.takeOff(this.roster_id, entry.id)
      navigation.back()
    })
  },
})

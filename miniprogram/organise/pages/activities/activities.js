/** Activities that one works for: what runs now, what comes, what was; and the organisations that one belongs to. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const { span } = require('../../../core/format')
const { join } = require('../../../core/pages')
const { parseTime } = require('../../../core/time')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const CAN_CREATE = ['owner', 'organiser']
const OVER = ['closed', 'cancelled']
const STATES = /** @type {Record<string, string>} */ (texts.organise.states)

const phaseOf = (/** @type {Activity} */ activity, /** @type {number} */ now) => {
  const closes_at = parseTime(activity.ends_at) + activity.closes_after_s * 1000
  if (OVER.includes(activity.state || '') || now > closes_at) return 'past'
  return now < parseTime(activity.starts_at) - activity.opens_before_s * 1000 ? 'upcoming' : 'now'
}

const lineOf = (/** @type {Activity} */ activity, /** @type {number} */ now) => ({
  id: activity.id,
  title: activity.title,
  when: span(activity.starts_at, activity.ends_at, now, texts.common),
  place: activity.place ? activity.place.name : '',
  tag: activity.state === 'published' ? '' : STATES[activity.state || ''] || '',
  kind: activity.kind === 'event' ? '' : texts.ofKind(activity.kind).one,
})

const ownLine = (/** @type {Organisation} */ { id, name, role, archived_at }) => ({
  id,
  name,
  role: archived_at ? texts.organisation.home.archived : texts.organisation.roles[role || ''] || '',
})

Page({
  data: {
    t: texts.organise.activities,
    common: texts.common,
    /** @type {any[]} */ groups: [],
    /** @type {any[]} */ organisations: [],
    inbox: texts.inbox.title,
    unread: '',
    is_loading: true,
    is_founding: false,
    can_create: false,
    has_more: false,
    name: '',
    /** @type {Failure | null} */ failure: null,
  },

  /** @type {Activity[]} */ found: [],
  page_token: '',

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
    this.setData({ failure: null })
    try {
      const organisations = await getApp().services.organisations.list(true)
      const going_on = organisations.filter((/** @type {Organisation} */ one) => !one.archived_at)
      const can_create = going_on.some((/** @type {Organisation} */ one) => CAN_CREATE.includes(one.role || ''))
      this.setData({ organisations: organisations.map(ownLine), can_create })
      if (can_create) this.count()
      await this.read('')
      // Who only belongs to one, and works for none, may want one of their own; who works at an activity has what to do.
      const works = going_on.some((/** @type {Organisation} */ one) => one.role !== 'member')
      this.setData({ is_founding: !works && !this.found.length })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  /** How many messages nobody read; where that cannot be told, the way to them is there all the same. */
  async count() {
    try {
      this.setData({ unread: texts.inbox.unreadCount(await getApp().services.inbox.unread()) })
    } catch (thrown) {
      this.setData({ unread: texts.say(asFailure(thrown)) })
    }
  },

  async read(/** @type {string} */ page_token) {
    this.setData({ is_loading: true })
    const { organise, serverNow } = getApp().services
    const page = await organise.activities(page_token)
    this.found = page_token ? join(this.found, page.activities, 'id') : page.activities
    this.page_token = page.next_page_token
    const now = serverNow()
    const groups = /** @type {const} */ (['now', 'upcoming', 'past']).map((phase) => ({
      phase,
      title: texts.organise.activities[phase],
      lines: this.found.filter((one) => phaseOf(one, now) === phase).map((one) => lineOf(one, now)),
    })).filter((group) => group.lines.length)
    this.setData({ groups, has_more: Boolean(this.page_token), is_loading: false })
  },

  typeName(/** @type {any} */ event) {
    this.setData({ name: event.detail.value.trim() })
  },

  createOrganisation() {
    return alone(this, async () => {
      if (!this.data.name) return
      try {
        await getApp().services.organisations.create(this.data.name)
        this.setData({ is_founding: false })
        navigation.open('/organise/pages/form/form')
      } catch (thrown) {
        feedback.toast(texts.say(asFailure(thrown)))
      }
    })
  },

  create() {
    navigation.open('/organise/pages/form/form')
  },

  openInbox() {
    navigation.open('/organise/pages/inbox/inbox')
  },

  openOrganisation(/** @type {any} */ event) {
    navigation.open('/organise/pages/organisation/organisation', { organisation_id: event.currentTarget.dataset.id })
  },

  open(/** @type {any} */ event) {
    navigation.open('/organise/pages/hub/hub', { activity_id: event.currentTarget.dataset.id })
  },
})

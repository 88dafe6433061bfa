/** Who came, who waits for a decision, and who was refused. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { join } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.organise.people
const TONES = /** @type {Record<string, string>} */ ({ checked_in: 'good', pending_review: 'wait', provisional: 'wait', refused: 'bad', absent: 'bad' })
const TAGS = /** @type {Record<string, string>} */ ({ ...t.statuses, not_yet: t.notYet })
const METHODS = /** @type {Record<string, string>} */ (texts.methods)
const LEAVE = 'leave'
/** Nobody is absent where there is no roster. */
const ABSENT = 'absent'
const FILTERS = [{ status: '', text: t.all }, ...Object.entries(t.statuses).map(([status, text]) => ({ status, text }))]

/** Who has not tried may be on leave, or still come. */
const statusOf = (/** @type {ActivityPerson} */ { status, answer }) => status || (answer === LEAVE ? LEAVE : 'not_yet')

/** What the server is asked for; leave is what people said, and no status. */
const filterOf = (/** @type {string} */ status) => (status === LEAVE ? { answer: LEAVE } : { status })

const isLate = (/** @type {ActivityPerson} */ { punctuality }) => punctuality === 'late'

/** A mark is by staff anyhow. */
const methodOf = (/** @type {ActivityPerson} */ { method, mark }) => (mark && method === 'staff' ? '' : METHODS[method || ''])

const lineOf = (/** @type {ActivityPerson} */ person, /** @type {number} */ now) => ({
  id: person.user_id,
  name: person.name || t.unnamed,
  is_stranger: person.is_listed === false,
  about: [
    person.group,
    person.number,
    moment(person.checked_in_at, now, texts.common),
    methodOf(person),
    person.gate,
    person.left_at ? t.left(moment(person.left_at, now, texts.common), person.left_early) : '',
    person.mark ? t.marked(texts.rollcall.marks[person.mark]) : '',
    person.reasons.length ? texts.explain({ reason: person.reasons[0] }).why : '',
    ...(person.details || []),
  ].filter(Boolean).join(' · '),
  tag: isLate(person) ? texts.common.late : TAGS[statusOf(person)] || '',
  tone: isLate(person) ? 'wait' : TONES[statusOf(person)] || '',
})

Page({
  data: {
    t,
    common: texts.common,
    rehearsal: '',
    filters: FILTERS,
    status: '',
    /** @type {string[]} The first of them is all. */ groups: [],
    group: 0,
    asks: false,
    is_missing: false,
    q: '',
    /** @type {any[]} */ lines: [],
    is_loading: true,
    has_more: false,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  occurrence_id: '',
  roster_id: '',
  page_token: '',
  // Answers come in any order; the last question counts.
  asked: 0,

  onLoad(/** @type {{ activity_id: string, rehearsal?: string, roster_id?: string, asks?: string, occurrence_id?: string }} */ options) {
    const { activity_id, rehearsal, roster_id = '', asks, occurrence_id = '' } = options
    Object.assign(this, { activity_id, roster_id, occurrence_id })
    this.setData({ asks: Boolean(asks), filters: FILTERS.filter(({ status }) => roster_id || status !== ABSENT) })
    if (roster_id) this.loadGroups()
    if (rehearsal) this.setData({ rehearsal: texts.organise.rehearsal })
    this.load()
  },

  /** People are found also where these do not come. */
  async loadGroups() {
    const groups = await getApp().services.rosters.groups(this.roster_id).catch(() => [])
    const named = groups.map(({ group }) => group).filter(Boolean)
    this.setData({ groups: named.length ? [t.allGroups, ...named] : [] })
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
      const { organise, platform } = getApp().services
      const { status, q, groups, group, is_missing } = this.data
      const filter = { ...filterOf(status), occurrence_id: this.occurrence_id, q, group: group ? groups[group] : '', details: is_missing ? 'missing' : '', page_token }
      const page = await organise.people(this.activity_id, filter)
      if (asked !== this.asked) return
      const lines = page.people.map((/** @type {ActivityPerson} */ one) => lineOf(one, platform.now()))
      this.page_token = page.next_page_token
      this.setData({ lines: page_token ? join(this.data.lines, lines, 'id') : lines, has_more: Boolean(page.next_page_token), is_loading: false })
    } catch (thrown) {
      if (asked === this.asked) this.setData({ failure: asFailure(thrown), is_loading: false })
    }
  },

  search(/** @type {any} */ event) {
    this.setData({ q: event.detail.value.trim() })
    this.load()
  },

  filter(/** @type {any} */ event) {
    this.setData({ status: event.currentTarget.dataset.status })
    this.load()
  },

  chooseGroup(/** @type {any} */ event) {
    this.setData({ group: Number(event.detail.value) })
    this.load()
  },

  toggleMissing() {
    this.setData({ is_missing: !this.data.is_missing })
    this.load()
  },

  match(/** @type {any} */ event) {
    const { id, name } = event.currentTarget.dataset
    navigation.open('/organise/pages/match/match', { roster_id: this.roster_id, user_id: id, name })
  },
})

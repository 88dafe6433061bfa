/** Who came, who waits for a decision, and who was refused. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { join } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')

const t = texts.organise.people
const TONES = /** @type {Record<string, string>} */ ({ checked_in: 'good', pending_review: 'wait', provisional: 'wait', refused: 'bad' })
const STATUSES = /** @type {Record<string, string>} */ (t.statuses)
const METHODS = /** @type {Record<string, string>} */ (texts.methods)
const FILTERS = [{ status: '', text: t.all }, ...Object.entries(t.statuses).map(([status, text]) => ({ status, text }))]

const lineOf = (/** @type {ActivityPerson} */ person, /** @type {number} */ now) => ({
  id: person.user_id,
  name: person.name || t.unnamed,
  about: [
    moment(person.checked_in_at, now, texts.common),
    METHODS[person.method || ''],
    person.gate,
    person.left_at ? t.left(moment(person.left_at, now, texts.common), person.left_early) : '',
    person.reasons.length ? texts.explain({ reason: person.reasons[0] }).why : '',
  ].filter(Boolean).join(' · '),
  tag: person.punctuality === 'late' ? texts.common.late : STATUSES[person.status || ''] || '',
  tone: person.punctuality === 'late' ? 'wait' : TONES[person.status || ''] || '',
})

Page({
  data: {
    t,
    common: texts.common,
    rehearsal: '',
    filters: FILTERS,
    status: '',
    q: '',
    /** @type {any[]} */ lines: [],
    is_loading: true,
    has_more: false,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  page_token: '',
  // Answers come in any order; the last question counts.
  asked: 0,

  onLoad(/** @type {{ activity_id: string, rehearsal?: string }} */ { activity_id, rehearsal }) {
    this.activity_id = activity_id
    if (rehearsal) this.setData({ rehearsal: texts.organise.rehearsal })
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
      const { organise, platform } = getApp().services
      const { status, q } = this.data
      const page = await organise.people(this.activity_id, { status, q, page_token })
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
})

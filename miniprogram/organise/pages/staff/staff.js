/** Staff at the door check others in, many at once; each gets an answer, offline it waits on this phone. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const { isNamedLike } = require('../../../core/name_search')
const { everyPage } = require('../../../core/pages')
const feedback = require('../../../platform/feedback')
const texts = require('../../../texts/index')

const t = texts.organise.staff
/** What a server says to who may not see a list. */
const NOT_THEIRS = [403, 404]
const TONES = /** @type {Record<string, string>} */ ({ accepted: 'good', duplicate: 'good', pending_review: 'wait', provisional: 'wait' })

const answerOf = (/** @type {any} */ result) => ({
  text: result.message || (result.problem && result.problem.detail) || '',
  tone: TONES[result.outcome] || 'bad',
})

Page({
  data: {
    t,
    common: texts.common,
    rehearsal: '',
    /** @type {Activity | null} */ activity: null,
    /** @type {any[]} */ lines: [],
    q: '',
    count: 0,
    submit: t.choose,
    /** @type {Direction} */ direction: 'in',
    gate: '',
    is_sending: false,
    is_loading: true,
    saved: '',
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  /** @type {{ user_id: string, name: string }[]} */ members: [],
  /** @type {Set<string>} */ chosen: new Set(),
  /** @type {Map<string, { text: string, tone: string }>} By user, what the server said. */ answers: new Map(),

  onLoad(/** @type {{ activity_id: string, rehearsal?: string }} */ { activity_id, rehearsal }) {
    this.activity_id = activity_id
    if (rehearsal) this.setData({ rehearsal: texts.organise.rehearsal })
    this.chosen = new Set()
    this.answers = new Map()
    this.load()
  },

  async load() {
    this.setData({ failure: null, is_loading: true })
    const { organise, session } = getApp().services
    try {
      const me = await session.ensure()
      const activity = await organise.get(this.activity_id)
      this.members = (await this.everybody(activity)).filter(({ user_id }) => user_id !== me.id)
      this.setData({ activity })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
    this.show()
  },

  /** The members; for staff of this activity alone, who do not see them, whoever tried to come. */
  async everybody(/** @type {Activity} */ { id, organisation_id }) {
    const { organise, organisations } = getApp().services
    try {
      return await everyPage((page_token) => organisations.members(organisation_id, { page_token }), 'members', 'user_id')
    } catch (thrown) {
      if (!NOT_THEIRS.includes(asFailure(thrown).status || 0)) throw thrown
      return everyPage((page_token) => organise.people(id, { page_token }), 'people', 'user_id')
    }
  },

  show() {
    const lines = this.members
      .filter((one) => isNamedLike(one.name, this.data.q))
      .map((one) => ({
        id: one.user_id,
        name: one.name || texts.organise.people.unnamed,
        is_on: this.chosen.has(one.user_id),
        answer: this.answers.get(one.user_id) || null,
      }))
    const count = this.chosen.size
    const named = this.data.direction === 'in' ? t.chosen(count) : t.chosenOut(count)
    this.setData({ lines, count, submit: count ? named : t.choose })
  },

  search(/** @type {any} */ event) {
    this.setData({ q: event.detail.value.trim() })
    this.show()
  },

  toggle(/** @type {any} */ event) {
    const { id } = event.currentTarget.dataset
    if (!this.chosen.delete(id)) this.chosen.add(id)
    this.show()
  },

  chooseDirection(/** @type {any} */ event) {
    this.setData({ direction: event.currentTarget.dataset.direction })
    this.show()
  },

  chooseGate(/** @type {any} */ event) {
    const { gate } = event.currentTarget.dataset
    this.setData({ gate: gate === this.data.gate ? '' : gate })
  },

  submit() {
    return alone(this, async () => {
      const { activity, direction, gate } = this.data
      if (!activity || !this.chosen.size) return
      const user_ids = [...this.chosen]
      this.setData({ is_sending: true, saved: '' })
      try {
        const { results, is_kept } = await getApp().services.organise.checkInOthers(activity, user_ids, direction, gate || undefined)
        if (results) this.told(user_ids, results)
        else this.setData({ saved: is_kept ? t.saved : t.unsaved })
        // Who was chosen meanwhile is not among them.
        user_ids.forEach((id) => this.chosen.delete(id))
      } catch (thrown) {
        feedback.toast(texts.say(asFailure(thrown)))
      }
      this.setData({ is_sending: false })
      this.show()
    })
  },

  told(/** @type {string[]} */ user_ids, /** @type {any[]} */ results) {
    const answers = results.map(answerOf)
    user_ids.forEach((user_id, index) => this.answers.set(user_id, answers[index]))
    feedback.toast(t.done(answers.filter(({ tone }) => tone === 'good').length, answers.length))
    getApp().services.platform.vibrate('medium')
  },
})

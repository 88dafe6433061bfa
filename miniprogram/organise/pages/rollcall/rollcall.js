/** 点名: everybody who is expected and whoever else came, ticked by name, by group, or as a signed list has them. */

const { asFailure } = require('../../../core/failure')
const { everyPage } = require('../../../core/pages')
const { later } = require('../../../core/time')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const screen = require('../../../platform/screen')
const texts = require('../../../texts/index')
const { chunksOf, guess, indexOf, isLike, nearby } = require('./chunks')
const { below, linesOf, withTicks } = require('./lines')
const { countsOf, everybody, shownOf, stillChosen } = require('./people')
const { keyOf, NOTHING, sayingsOf, summaryOf, told, undoingOf, unmarkingOf } = require('./said')

const t = texts.rollcall
const MARKS = /** @type {Mark[]} */ (Object.keys(t.marks))
/** A long list is many requests. */
const RENEW_MS = 5000
/** Lists say a moment later what the numbers say. */
const LISTED_MS = 1000
/** What a server says to who may not see a list. */
const NOT_THEIRS = [403, 404]

/** Whom nobody wrote down, but belongs to the organisation. */
const expectedOf = (/** @type {Member} */ { user_id, name, group }) =>
  ({ kind: /** @type {const} */ ('person'), user_id, entry_id: null, name, number: '', phone_tail: '', group: group || '' })

const leftOf = (/** @type {Round} */ { pages }) => pages.reduce((sum, { body }) => sum + body.people.length, 0)

/** What moves when somebody of a list does. */
const signOf = (/** @type {Stats} */ { checked_in, came, late, leave, pending_review, provisional, refused }) =>
  [checked_in, came, late, leave, pending_review, provisional, refused].join()

/** What there is somebody of. */
const filtersOf = (/** @type {Record<string, number>} */ counts) => Object.entries(t.filters)
  .map(([standing, text]) => ({ standing, text: `${text} ${counts[standing || 'all']}` }))
  .filter(({ standing }) => !standing || counts[standing])

Page({
  data: {
    t,
    common: texts.common,
    rehearsal: '',
    is_ready: false,
    total: 0,
    is_paper: false,
    q: '',
    /** @type {{ standing: string, text: string }[]} The first of them is everybody. */ filters: [],
    filter: 0,
    sums: '',
    /** @type {string[]} The first of them is all. */ groups: [],
    group: 0,
    /** @type {{ id: string, height: number, lines: any[] }[]} */ chunks: [],
    /** @type {'' | 'chosen' | 'sending' | 'broken' | 'done'} */ foot: '',
    chosen: '',
    can_unmark: false,
    reason: t.reason(t.reasons[0]),
    marks: MARKS.map((mark) => ({ mark, text: t.mark(mark, 1) })),
    sending: '',
    percent: 0,
    broken: '',
    why: '',
    /** @type {string[]} */ done: [],
    can_undo: false,
    stale: '',
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  /** The window that is called: another one may be opened meanwhile. */ occurrence_id: '',
  self: '',
  reason: '',
  /** @type {Expected[]} */ listed: [],
  /** @type {Called[]} */ people: [],
  /** @type {Set<string>} */ chosen: new Set(),
  /** @type {any[]} All that are shown, drawn or not. */ lines: [],
  /** @type {any[][]} The same in pieces. */ pieces: [],
  /** @type {number[]} */ heights: [],
  top: 0,
  /** @type {(() => void) | null} */ stop: null,
  seen: '',
  latest: '',
  is_following: false,
  /** @type {Round | null} */ round: null,
  outcome: NOTHING,

  onLoad(/** @type {{ activity_id: string, rehearsal?: string, paper?: string }} */ { activity_id, rehearsal, paper }) {
    Object.assign(this, { activity_id, chosen: new Set() })
    this.setData({ is_paper: Boolean(paper), rehearsal: rehearsal ? texts.organise.rehearsal : '' })
    this.because('')
    if (paper) navigation.title(t.paper.title)
    this.load()
  },

  onShow() {
    const told = (/** @type {Stats} */ stats) => this.follow(signOf(stats))
    this.stop = getApp().services.organise.live(this.activity_id, told)
  },

  onHide() {
    this.leave()
  },

  onUnload() {
    this.leave()
  },

  leave() {
    if (this.stop) this.stop()
    this.stop = null
  },

  /** Others let people in meanwhile, and people come by themselves. */
  async follow(/** @type {string} */ sign) {
    if (!this.seen) this.seen = sign
    this.latest = sign
    if (this.is_following) return
    this.is_following = true
    while (this.stop && this.seen !== this.latest) {
      this.seen = this.latest
      await later(LISTED_MS)
      await this.renew().catch((/** @type {unknown} */ thrown) => this.isStale(asFailure(thrown)))
      await later(RENEW_MS)
    }
    this.is_following = false
  },

  /** Where everybody stands, without moving what is looked at. */
  async renew() {
    const tried = await getApp().services.rollcall.tried(this.activity_id, this.occurrence_id)
    if (this.data.foot === 'sending') return
    this.know(tried)
    this.setData({ failure: null })
  },

  know(/** @type {ActivityPerson[]} */ tried) {
    const before = this.people
    this.people = everybody(this.listed, tried)
    this.chosen = stillChosen(this.chosen, before, this.people)
    this.show()
    this.showFoot()
  },

  isStale(/** @type {Failure} */ failure) {
    this.setData({ failure, stale: texts.say(failure) })
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  async load() {
    this.setData({ failure: null })
    try {
      const { organise, rollcall, session } = getApp().services
      this.self = (await session.ensure()).id
      const activity = await organise.get(this.activity_id)
      this.occurrence_id = activity.occurrences[activity.occurrences.length - 1].id
      const [expected, tried] = await Promise.all([this.expected(activity), rollcall.tried(this.activity_id, this.occurrence_id)])
      this.listed = expected
      this.round = rollcall.left(this.activity_id)
      this.setData({ is_ready: true })
      this.know(tried)
    } catch (thrown) {
      this.isStale(asFailure(thrown))
    }
  },

  /** Of a roster whoever is on it; else the members, for those who may see them. */
  async expected(/** @type {Activity} */ { id, organisation_id, roster_id }) {
    const { organisations, rollcall } = getApp().services
    const listed = await rollcall.expected(id)
    if (roster_id) return listed
    const read = (/** @type {string} */ page_token) => organisations.members(organisation_id, { page_token })
    const members = await everyPage(read, 'members', 'user_id').catch((/** @type {unknown} */ thrown) => {
      if (!NOT_THEIRS.includes(asFailure(thrown).status || 0)) throw thrown
      return []
    })
    const known = new Set(listed.map(({ user_id }) => user_id))
    return [...members.map(expectedOf).filter(({ user_id }) => !known.has(user_id)), ...listed]
  },

  /** Everything anew; a piece that begins as before is as high as before. */
  show() {
    const { is_paper, q, filters: known, filter } = this.data
    const filters = filtersOf(countsOf(this.people))
    const standing = known[filter] ? known[filter].standing : ''
    const names = [...new Set(this.people.filter(({ is_listed }) => is_listed).map(({ group }) => group))]
    const groups = names.length > 1 ? [t.allGroups, ...names.map((name) => name || t.noGroup)] : []
    const group = Math.min(this.data.group, Math.max(0, groups.length - 1))
    const shown = shownOf(this.people, { q, standing, is_paper, group: is_paper && group ? names[group - 1] : null })
    const lines = linesOf(shown, { is_paper, self: this.self, now: getApp().services.platform.now() })
    this.lines = withTicks(lines, this.chosen)
    const [before, heights] = [this.pieces, this.heights]
    this.pieces = chunksOf(this.lines)
    this.heights = this.pieces.map((some, index) => (isLike(some, before[index]) ? heights[index] : guess(some.length)))
    this.setData({
      groups, group, total: this.people.length, filters, sums: filters.slice(1).map(({ text }) => text).join(' · '),
      filter: Math.max(0, filters.findIndex((one) => one.standing === standing)),
    })
    this.draw()
  },

  /** Those pieces near the screen, the others as room for them. */
  draw() {
    const { from, to } = nearby(this.heights, this.top, screen.height())
    const chunks = this.pieces.map((lines, index) => ({
      id: String(index), height: this.heights[index], lines: index >= from && index < to ? lines : [],
    }))
    this.setData({ chunks }, () => this.measure())
  },

  /** How high what is drawn really is. */
  async measure() {
    const places = await screen.placesOf('.chunk')
    if (places.length !== this.heights.length) return
    places.forEach(({ height }, index) => { if (this.data.chunks[index].lines.length) this.heights[index] = height })
  },

  async onPageScroll() {
    const [list] = await screen.placesOf('.people')
    if (!list) return
    this.top = -list.top
    const { from, to } = nearby(this.heights, this.top, screen.height())
    const changes = /** @type {Record<string, any>} */ ({})
    this.data.chunks.forEach(({ lines }, index) => {
      const is_near = index >= from && index < to
      if (is_near && !lines.length) changes[`chunks[${index}].lines`] = this.pieces[index]
      if (!is_near && lines.length) Object.assign(changes, { [`chunks[${index}].height`]: this.heights[index], [`chunks[${index}].lines`]: [] })
    })
    if (Object.keys(changes).length) this.setData(changes, () => this.measure())
  },

  search(/** @type {any} */ event) {
    this.setData({ q: event.detail.value.trim() })
    this.show()
  },

  chooseFilter(/** @type {any} */ event) {
    this.setData({ filter: Number(event.detail.value) })
    this.show()
  },

  chooseMode(/** @type {any} */ event) {
    const is_paper = Boolean(event.currentTarget.dataset.paper)
    this.setData({ is_paper })
    this.because('')
    navigation.title(is_paper ? t.paper.title : t.title)
    this.show()
  },

  chooseGroup(/** @type {any} */ event) {
    this.setData({ group: Number(event.detail.value) })
    this.show()
  },

  tick(/** @type {any} */ event) {
    const { chunk, line } = event.currentTarget.dataset
    const { id } = this.pieces[chunk][line]
    if (!this.chosen.delete(id)) this.chosen.add(id)
    this.redraw()
  },

  /** Everybody of a group by whom nothing is decided yet; nobody, the second time. */
  tickGroup(/** @type {any} */ event) {
    const { chunk, line } = event.currentTarget.dataset
    const { is_on } = this.pieces[chunk][line]
    below(this.lines, indexOf(chunk, line)).forEach((/** @type {string} */ id) => {
      if (is_on) this.chosen.delete(id)
      else this.chosen.add(id)
    })
    this.redraw()
  },

  clear() {
    this.chosen.clear()
    this.redraw()
  },

  /** The same lines, where they are, with other ticks. */
  redraw() {
    const before = this.pieces
    this.lines = withTicks(this.lines, this.chosen)
    this.pieces = chunksOf(this.lines)
    const changes = /** @type {Record<string, any>} */ ({})
    this.data.chunks.forEach(({ lines }, chunk) => {
      if (lines.length) this.pieces[chunk].forEach((line, index) => { if (line !== before[chunk][index]) changes[`chunks[${chunk}].lines[${index}]`] = line })
    })
    this.outcome = NOTHING
    this.setData(changes)
    this.showFoot()
  },

  picked() {
    return this.people.filter(({ id }) => this.chosen.has(id))
  },

  /** What is under way goes before what is chosen, and that before what was done. */
  showFoot() {
    const picked = this.picked()
    const foot = this.round ? 'broken' : picked.length ? 'chosen' : this.data.done.length && this.outcome !== NOTHING ? 'done' : ''
    this.setData({
      foot,
      broken: this.round ? t.brokeOff(leftOf(this.round)) : '',
      chosen: t.chosen(picked.length),
      can_unmark: picked.some(({ mark }) => mark),
      marks: MARKS.map((mark) => ({ mark, text: t.mark(mark, mark === 'present' ? picked.length : 1) })),
    })
  },

  /** Without a word of theirs it is by what they read it. */
  because(/** @type {string} */ said) {
    this.reason = said || t.reasons[this.data.is_paper ? 1 : 0]
    this.setData({ reason: t.reason(this.reason) })
  },

  chooseReason() {
    return once(this, async () => {
      const chosen = await feedback.choose([...t.reasons, t.own])
      if (chosen === null) return
      const reason = chosen < t.reasons.length ? t.reasons[chosen] : await feedback.prompt(t.ownAsk)
      if (reason) this.because(reason)
    })
  },

  mark(/** @type {any} */ event) {
    const { mark } = event.currentTarget.dataset
    return this.say(mark, sayingsOf(mark, this.reason, this.picked()))
  },

  unmark() {
    return this.say('none', unmarkingOf(this.reason, this.picked()))
  },

  undo() {
    return this.say('undo', undoingOf(this.outcome.changes))
  },

  say(/** @type {Doing} */ does, /** @type {Saying[]} */ sayings) {
    return once(this, async () => {
      this.outcome = NOTHING
      this.round = await getApp().services.rollcall.begin(this.activity_id, this.occurrence_id, does, sayings)
      await this.go()
    })
  },

  goOn() {
    return once(this, () => this.go())
  },

  /** Until everything is said, or something is in the way: then it stays to be gone on with. */
  async go() {
    const { round } = this
    if (!round) return
    this.progress(round.total - leftOf(round), round.total)
    try {
      await getApp().services.rollcall.go(round, (page) => this.take(page))
      this.round = null
      this.isSaid(round.does)
    } catch (thrown) {
      this.setData({ why: texts.advise(asFailure(thrown)) })
    }
    this.show()
    this.showFoot()
  },

  progress(/** @type {number} */ done, /** @type {number} */ total) {
    this.setData({ foot: 'sending', sending: t.sending(done, total), percent: Math.round((100 * done) / total) })
  },

  /** Whom something was said of is not chosen any more; whom it could not be said of still is. */
  take(/** @type {Told} */ page) {
    const { people, changes, skipped, failed } = told(this.people, page)
    this.people = people
    this.outcome = {
      changes: [...this.outcome.changes, ...changes], skipped: this.outcome.skipped + skipped, failed: this.outcome.failed + failed,
    }
    page.people.forEach((marked, index) => { if (!page.results[index].problem) this.chosen.delete(keyOf(marked)) })
    this.progress(page.done, page.total)
  },

  isSaid(/** @type {Doing} */ does) {
    this.setData({ done: summaryOf(does, this.outcome), can_undo: this.outcome.changes.length > 0 })
    this.because('')
    getApp().services.platform.vibrate('medium')
  },

  drop() {
    return once(this, async () => {
      const { round } = this
      if (!round || !(await feedback.confirm(t.dropAsk(leftOf(round))))) return
      getApp().services.rollcall.drop(round)
      this.round = null
      await this.load()
    })
  },

  close() {
    this.outcome = NOTHING
    this.showFoot()
  },
})

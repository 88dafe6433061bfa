/**
 * Staff at a door scan one after the other: who it is shows at once as this phone knows it, the server adds what it knows, one
 * tap lets in, and the next may step up. Without a network the same goes on.
 */

const { isSearchable, wayTo } = require('../../../core/door_people')
const { readingOf } = require('../../../core/door_scan')
const { entryCodeIn } = require('../../../core/code')
const { asFailure } = require('../../../core/failure')
const { clock } = require('../../../core/format')
const { parseTime, since } = require('../../../core/time')
const { once } = require('../../../pages/once')
const { keepOn } = require('../../../platform/screen')
const sound = require('../../../platform/sound')
const texts = require('../../../texts/index')
const { cardOf, heldText, readingResult, resultOf, rowOf, verdictOf } = require('./view')

const t = texts.door
/** A code that stays in view is seen again and again: it counts once, until it was away for as long. */
const AWAY_MS = 2500
/** So long a good result stays by itself. */
const SHOWN_MS = 4000
/** A clock that is wrong by less is nobody's worry. */
const CLOCK_MS = 60000
const TAIL = /^(\d{4})?$/
const VIBRATIONS = /** @type {Record<string, 'light' | 'medium' | 'heavy'>} */ ({ good: 'light', wait: 'medium', bad: 'heavy' })

const refusedLine = (/** @type {DoorEntry} */ { attempt_id, name, at, gate, problem, held }, /** @type {number} */ now) => ({
  id: attempt_id, name: name || t.unnamed, about: t.held(clock(new Date(parseTime(at))), gate, t.byHere), problem, held: heldText(held, now),
})

const recentLine = (/** @type {DoorEntry} */ { attempt_id, name, at, direction, problem, is_waiting }) => {
  const tag = is_waiting ? t.unsent : t.direction[direction]
  return {
    id: attempt_id, name: name || t.unnamed, at: clock(new Date(parseTime(at))), tag: problem ? t.notTaken : tag,
    tone: problem ? 'bad' : is_waiting ? 'wait' : 'good',
  }
}

Page({
  data: {
    t,
    common: texts.common,
    /** setup, scan, search, guest, refused, ended. */
    stage: 'setup',
    rehearsal: '',
    /** @type {string[]} */ gates: [],
    /** @type {Direction} */ direction: 'in',
    gate: '',
    where: '',
    is_continuous: false,
    is_torch: false,
    is_camera_off: false,
    is_offline: false,
    is_preparing: true,
    is_ready: false,
    ready: '',
    is_unsaved: false,
    problem: '',
    waiting: 0,
    waiting_text: '',
    /** @type {any[]} */ refused: [],
    refused_text: '',
    done: '',
    /** @type {any[]} */ recent: [],
    clock: '',
    /** @type {{ title: string, hint: string } | null} */ ended: null,
    /** @type {ReturnType<typeof cardOf> | null} */ card: null,
    /** @type {any} */ result: null,
    q: '',
    /** @type {any[]} */ rows: [],
    search_note: '',
    is_searching: false,
    is_none: false,
    guest_name: '',
    guest_tail: '',
    guest_problem: '',
  },

  /** @type {Door} */ door: /** @type {any} */ (null),
  /** Whose card it is. @type {DoorLook | null} */ look: null,
  /** @type {DoorPerson[]} */ found: [],
  asked: 0,
  last_text: '',
  last_at: 0,
  is_busy: false,
  /** Whether gate and direction were chosen. */
  is_begun: false,
  /** @type {any} */ timer: 0,
  stop: () => {},

  onLoad(/** @type {{ activity_id: string, rehearsal?: string, refused?: string }} */ { activity_id, rehearsal, refused }) {
    if (refused) this.setData({ stage: 'refused' })
    if (rehearsal) this.setData({ rehearsal: texts.organise.rehearsal })
    this.door = getApp().services.doors.of(activity_id)
    this.stop = this.door.onChange(() => this.show())
    this.setData({ where: t.where('', t.direction.in) })
  },

  async onShow() {
    keepOn(true)
    this.show()
    await this.door.open()
    this.show()
  },

  onHide() {
    keepOn(false)
  },

  onUnload() {
    keepOn(false)
    clearTimeout(this.timer)
    this.stop()
  },

  /** What this phone has with it, what waits, and whether they may go on at all. */
  show() {
    const { activity, count, is_preparing, is_unsaved, is_online, failure, is_lost, is_over, waiting, refused, done, recent } = this.door.state()
    const { platform, serverNow } = getApp().services
    const ahead_ms = serverNow() - platform.now()
    this.setData({
      gates: activity ? activity.gates : [],
      is_preparing,
      is_ready: Boolean(activity),
      ready: count ? t.ready(count) : t.readyEmpty,
      is_unsaved,
      problem: failure ? texts.say(failure) : '',
      is_offline: !is_online,
      waiting,
      waiting_text: t.waiting(waiting),
      refused: refused.map((one) => refusedLine(one, serverNow())),
      refused_text: t.refused(refused.length),
      done: done ? t.recent(done) : '',
      recent: recent.map(recentLine),
      clock: Math.abs(ahead_ms) > CLOCK_MS ? t.clock(ahead_ms) : '',
    })
    if (this.data.stage === 'refused') return
    if (is_lost || is_over) this.end(is_lost ? { title: t.lost, hint: t.lostHint } : { title: t.over, hint: t.overHint })
    else if (this.data.stage === 'ended') this.setData({ stage: 'setup', ended: null })
  },

  end(/** @type {{ title: string, hint: string }} */ ended) {
    if (this.data.stage !== 'ended') this.tell('bad')
    this.look = null
    this.setData({ stage: 'ended', ended, card: null, result: null, rows: [] })
  },

  chooseDirection(/** @type {any} */ event) {
    this.place({ direction: event.currentTarget.dataset.direction })
  },

  chooseGate(/** @type {any} */ event) {
    const { gate } = event.currentTarget.dataset
    this.place({ gate: gate === this.data.gate ? '' : gate })
  },

  place(/** @type {{ direction?: Direction, gate?: string }} */ changes) {
    const { direction, gate } = { ...this.data, ...changes }
    this.setData({ direction, gate, where: t.where(gate, t.direction[direction]) })
  },

  toggleContinuous() {
    this.setData({ is_continuous: !this.data.is_continuous })
  },

  toggleTorch() {
    this.setData({ is_torch: !this.data.is_torch })
  },

  start() {
    this.is_begun = true
    this.back()
  },

  /** To the next person, or first to where and in which direction. */
  back() {
    this.clear()
    this.setData({ stage: this.is_begun ? 'scan' : 'setup' })
    this.show()
  },

  setUp() {
    this.clear()
    this.setData({ stage: 'setup' })
  },

  /** Whoever was shown is not any more, and whatever the server still says of them comes too late. */
  clear() {
    clearTimeout(this.timer)
    this.look = null
    this.setData({ card: null, result: null })
  },

  cameraFailed() {
    this.setData({ is_camera_off: true })
  },

  settings() {
    return once(this, async () => {
      await getApp().services.platform.openSettings()
      this.setData({ is_camera_off: false })
    })
  },

  /** WeChat's own scanner, where a page may not have the camera. */
  scanOnce() {
    return once(this, async () => this.read((await getApp().services.platform.scan()).text))
  },

  /** What the camera sees: nothing while somebody's card waits for a tap, and no code twice. */
  seen(/** @type {any} */ event) {
    const text = event.detail.result
    const now = getApp().services.platform.now()
    const is_same = text === this.last_text && since(this.last_at, now) < AWAY_MS
    if (is_same) this.last_at = now
    if (is_same || this.is_busy || this.data.card || this.data.stage !== 'scan') return undefined
    return this.read(text, now)
  },

  read(/** @type {string} */ text, now = getApp().services.platform.now()) {
    this.last_text = text
    this.last_at = now
    const reading = readingOf(text, getApp().services.server)
    if ('who' in reading) return this.meet(reading.who)
    return this.finish(readingResult(reading.kind))
  },

  at() {
    const { platform, serverNow } = getApp().services
    const { activity } = this.door.state()
    // Where it is known neither from now nor from before, nobody can tell a late code from a wrong clock.
    return { now: serverNow(), is_once: Boolean(activity) && /** @type {Activity} */ (activity).reentry === 'once', is_clock_known: serverNow() !== platform.now() }
  },

  /** Somebody stands there. */
  async meet(/** @type {DoorWay} */ who) {
    this.is_busy = true
    this.clear()
    try {
      const here = await this.door.lookHere(who)
      if (this.isFree(here) && here.person) await this.letIn(here)
      else await this.consider(here)
    } finally {
      this.is_busy = false
    }
  },

  /** Whether they go in without a tap. */
  isFree(/** @type {DoorLook} */ look) {
    return this.data.is_continuous && verdictOf(look, this.data.direction, this.at()).can === 'yes'
  },

  /** Shows them as this phone knows them, then as the server does; a look that comes after they were let go says nothing. */
  async consider(/** @type {DoorLook} */ here) {
    this.look = here
    const card = cardOf(here, this.data.direction, this.at(), !here.fault)
    if (here.fault) return this.refuse(card)
    this.setData({ card })
    const look = await this.door.look(here)
    if (this.look !== here) return undefined
    this.look = look
    const known = cardOf(look, this.data.direction, this.at(), false)
    if (this.isFree(look)) return this.letIn(look)
    if (known.can === 'no') return this.refuse(known)
    this.setData({ card: known })
    this.tell(known.tone)
    return undefined
  },

  refuse(/** @type {ReturnType<typeof cardOf>} */ { tag, hint, tone, is_known, ...person }) {
    this.finish({ ...person, name: is_known ? person.name : '', title: tag, hint, tone })
  },

  /** One tap. */
  confirm() {
    return once(this, async () => {
      if (this.look) await this.letIn(this.look)
    })
  },

  skip() {
    this.clear()
  },

  async letIn(/** @type {DoorLook} */ look) {
    const { direction, gate } = this.data
    this.look = null
    this.is_busy = true
    try {
      const answer = await this.door.letIn(look, direction, gate)
      this.finish(resultOf(look, answer, direction, getApp().services.serverNow()))
    } catch (thrown) {
      const failure = asFailure(thrown)
      this.finish({ ...readingResult('other'), title: texts.say(failure), hint: failure.request_id ? texts.common.requestId(failure.request_id) : '' })
    }
    this.is_busy = false
    this.show()
  },

  /** What came of it stays until the next one, or for a moment. */
  finish(/** @type {any} */ result) {
    if (this.data.stage === 'ended') return
    this.clear()
    this.setData({ stage: 'scan', result })
    this.tell(result.tone)
    // What needs a look of staff stays until the next one steps up.
    if (result.tone === 'good') this.timer = setTimeout(() => this.setData({ result: null }), SHOWN_MS)
  },

  /** For ears and hands: the eyes of staff are on the people. */
  tell(/** @type {string} */ tone) {
    sound.play(/** @type {any} */ (tone))
    getApp().services.platform.vibrate(VIBRATIONS[tone])
  },

  openSearch() {
    this.clear()
    this.found = []
    this.setData({ stage: 'search', q: '', rows: [], search_note: t.searchHint, is_none: false, is_searching: false })
  },

  /** As one types; a label's code needs no list. */
  async search(/** @type {any} */ event) {
    const q = event.detail.value.trim()
    this.asked += 1
    const asked = this.asked
    this.setData({ q })
    if (entryCodeIn(q)) return this.meetFound({ entry_code: entryCodeIn(q) })
    if (!isSearchable(q)) return this.setData({ rows: [], search_note: t.searchHint, is_none: false, is_searching: false })
    this.setData({ is_searching: true })
    try {
      const { people, is_here } = await this.door.search(q)
      if (asked !== this.asked) return undefined
      this.found = people
      this.setData({ rows: people.map(rowOf), is_none: !people.length, is_searching: false, search_note: is_here ? t.searchHere : t.found(people.length) })
    } catch (thrown) {
      if (asked === this.asked) this.setData({ is_searching: false, search_note: texts.say(asFailure(thrown)) })
    }
    return undefined
  },

  choose(/** @type {any} */ event) {
    return this.meetFound(wayTo(this.found[event.currentTarget.dataset.index]))
  },

  meetFound(/** @type {DoorWay} */ who) {
    this.setData({ stage: 'scan' })
    return this.meet(who)
  },

  openGuest() {
    const { q } = this.data
    this.clear()
    const is_name = this.data.stage === 'search' && q && !/\d/.test(q)
    this.setData({ stage: 'guest', guest_name: is_name ? q : '', guest_tail: '', guest_problem: '' })
  },

  nameGuest(/** @type {any} */ event) {
    this.setData({ guest_name: event.detail.value, guest_problem: '' })
  },

  tailGuest(/** @type {any} */ event) {
    this.setData({ guest_tail: event.detail.value, guest_problem: '' })
  },

  /** Somebody on no list: their name is enough, and they are in. */
  letInGuest() {
    return once(this, async () => {
      const [name, tail] = [this.data.guest_name.trim(), this.data.guest_tail.trim()]
      if (!name) return this.setData({ guest_problem: t.guestNeedsName })
      if (!TAIL.test(tail)) return this.setData({ guest_problem: t.guestNeedsTail })
      const look = await this.door.lookHere(await this.door.guest(name, tail))
      return this.letIn(look)
    })
  },

  openRefused() {
    this.clear()
    this.setData({ stage: 'refused' })
  },

  dismiss(/** @type {any} */ event) {
    this.door.dismiss(event.currentTarget.dataset.id)
    this.show()
    if (!this.data.refused.length) this.back()
  },
})

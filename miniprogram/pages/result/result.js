/** How it went. While a decision is open the page follows it; a refusal's button is the next thing to do. */

const { once } = require('../once')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { ofCheckin, viewOf, withCause } = require('./view')

const RESULT_TEMPLATE = 'checkin_result'
/** Once on this phone: who said later finds it under 我的. */
const NAME_ASKED = 'name_asked'

const isNoBetter = (/** @type {CheckinAnswer} */ { checkin }) => !checkin || checkin.outcome === 'refused'

Page({
  data: {
    t: texts.result,
    /** @type {any} */ view: null,
    can_remind: false,
    can_name: false,
    can_rescan: false,
    /** What is known of the activity: whether it has a roster, and whether it asks. */
    is_listed: false,
    asks: false,
    is_working: false,
    /** @type {any[]} */ steps: [],
  },

  attempt_id: '',
  /** Where the check-in began, if that was known: a wrong code tells nothing of it. */
  activity_id: '',
  /** @type {CheckinRecord | null} What following it brought; of this attempt only. */ record: null,
  /** @type {(() => void)[]} */ stops: [],
  /** @type {(() => void) | null} Ends following. */ stop: null,
  is_asked: false,
  /** @type {any} What is shown, or about to be. */ latest: null,

  onLoad(/** @type {{ attempt_id: string, activity_id?: string }} */ { attempt_id, activity_id = '' }) {
    this.attempt_id = attempt_id
    this.activity_id = activity_id
    this.stops = [getApp().services.sync.onChange(() => this.show())]
    this.show()
  },

  /** Back from its record, where its person may have had their word. */
  onShow() {
    if (this.latest.action === 'appeal') this.follow(this.latest.id)
  },

  onUnload() {
    this.stops.forEach((stop) => stop())
    this.unfollow()
  },

  unfollow() {
    if (this.stop) this.stop()
    this.stop = null
  },

  show() {
    const { checkins, platform, session, subscriptions } = getApp().services
    const view = this.record
      ? ofCheckin(this.record.checkin, platform.now(), '', this.record.history)
      : viewOf(checkins.answer(this.attempt_id), platform.now())
    const user = session.user()
    const can_remind = view.is_open && subscriptions.available().some((/** @type {any} */ one) => one.name === RESULT_TEMPLATE)
    const can_name = Boolean(user && !user.name) && (view.is_done || view.is_open) && !platform.read(NAME_ASKED)
    this.setData({ can_name, can_remind: can_remind && !this.is_asked })
    const before = this.latest
    this.present(view)
    if (before && (before.id !== view.id || before.title !== view.title) && view.felt) platform.vibrate(view.felt)
    if (view.is_open && !this.stop && !this.data.is_working) this.follow(view.id)
    if (view.is_stranger) this.setData({ is_listed: true })
    if (view.is_done && (!before || !before.is_done)) this.learn(view.activity_id)
  },

  /** The seat of who is in, and what they are asked; a check-in is good without either. */
  async learn(/** @type {string} */ activity_id) {
    const card = activity_id ? await getApp().services.activities.known(activity_id).catch(() => null) : null
    if (card) this.setData({ is_listed: card.is_listed, asks: card.ask.length > 0 })
  },

  async present(/** @type {any} */ view) {
    this.latest = view
    const explained = view.action === 'precise' ? await this.explained(view) : view
    if (this.latest === view) this.setData({ view: explained })
  },

  /** The server sees no position; only the phone knows that the person had said no. */
  async explained(/** @type {any} */ view) {
    const { location } = await getApp().services.platform.permissions()
    return location === false ? withCause(view, { reason: 'LOCATION_DENIED' }) : view
  },

  follow(/** @type {string} */ id) {
    this.unfollow()
    this.stop = getApp().services.checkins.follow(id, (/** @type {CheckinRecord} */ record) => {
      this.record = record
      this.show()
    })
  },

  remind() {
    return once(this, async () => {
      this.is_asked = true
      this.setData({ can_remind: false })
      const said = await getApp().services.subscriptions.ask([RESULT_TEMPLATE])
      feedback.toast(Object.values(said).includes('accept') ? texts.result.reminded : texts.result.notReminded)
    })
  },

  giveName() {
    return once(this, async () => {
      const name = await feedback.prompt(texts.mine.nameAsk)
      if (!name) return
      await getApp().services.session.setName(name)
      this.setData({ can_name: false })
    })
  },

  nameLater() {
    return once(this, async () => {
      this.setData({ can_name: false })
      getApp().services.platform.write(NAME_ASKED, true)
    })
  },

  act() {
    return once(this, async () => {
      const acts = /** @type {Record<string, () => unknown>} */ ({
        scan: () => this.anew({ scan: 1 }),
        code: () => this.anew({ method: 'code' }),
        appeal: () => navigation.open('/pages/record/record', { id: this.latest.id, appeal: 1 }),
        settings: () => this.allow(),
        precise: () => this.askPrecisely(),
        nearer: () => this.again(),
        wifi: () => this.again(),
        touch: () => this.anew({ method: 'nfc' }),
      })
      await acts[this.data.view.action]()
    })
  },

  /** Another credential, for the same direction, gate and activity. */
  anew(/** @type {{ scan?: number, method?: Method }} */ how) {
    const { activity_id, ...same } = getApp().services.checkins.beginning(this.attempt_id)
    navigation.replace('/pages/checkin/checkin', { ...same, activity_id: activity_id || this.activity_id, ...how })
  },

  /** Who allowed it there need not tap again. */
  async allow() {
    const { platform } = getApp().services
    await platform.openSettings()
    const { location } = await platform.permissions()
    if (location) await this.again()
  },

  async askPrecisely() {
    if (await feedback.confirm(texts.result.askPrecise)) await this.again()
  },

  /** The same again; where a touch was good once, with another one. */
  async again() {
    if (getApp().services.checkins.isSpent(this.attempt_id)) this.anew({ method: 'nfc' })
    else await this.retry()
  },

  /** From its answer on the page is about the new attempt, and nothing of the one before is told any more. */
  async retry() {
    this.unfollow()
    this.setData({ is_working: true, steps: [] })
    try {
      const told = (/** @type {Progress} */ progress) => this.progressed(progress)
      const answer = await getApp().services.checkins.retryPrecisely(this.attempt_id, told)
      if (this.latest.is_open && isNoBetter(answer)) return this.notBetter(answer)
      this.attempt_id = answer.attempt_id
      this.record = null
    } finally {
      this.setData({ is_working: false })
      this.show()
    }
  },

  /** What waits for a decision goes on waiting; the new try is told, and is found among the records. */
  notBetter(/** @type {CheckinAnswer} */ answer) {
    const { action, why, title } = viewOf(answer, getApp().services.platform.now())
    this.setData({ can_rescan: action === 'scan' })
    feedback.toast(texts.result.notBetter(why || title))
  },

  /** Now that it is known who they are: another attempt, for the one before is judged as it was. */
  bound() {
    return once(this, async () => {
      feedback.toast(texts.own.entry.again)
      await this.again()
    })
  },

  rescan() {
    this.anew({ scan: 1 })
  },

  later() {
    getApp().services.checkins.saveForLater()
  },

  progressed(/** @type {Progress} */ progress) {
    const others = this.data.steps.filter((/** @type {Progress} */ one) => one.step !== progress.step)
    this.setData({ steps: [...others, { ...progress, label: texts.checkin.steps[progress.step] }] })
  },

  showRecord() {
    navigation.open('/pages/record/record', { id: this.data.view.id })
  },

  showRecords() {
    navigation.open('/pages/records/records')
  },

  leave() {
    navigation.replace('/pages/checkin/checkin', { activity_id: this.data.view.leaves, direction: 'out' })
  },

  finish() {
    navigation.home()
  },
})

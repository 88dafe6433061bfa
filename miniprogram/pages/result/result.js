/** How it went. While a decision is open the page follows it; a refusal's button is the next thing to do. */

const { asFailure } = require('../../core/failure')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')
const { ofCheckin, viewOf, withCause } = require('./view')

const RESULT_TEMPLATE = 'checkin_result'
/** Once on this phone: who said later finds it under 我的. */
const NAME_ASKED = 'name_asked'

Page({
  data: {
    t: texts.result,
    /** @type {any} */ view: null,
    can_remind: false,
    can_name: false,
    is_working: false,
    /** @type {any[]} */ steps: [],
  },

  attempt_id: '',
  /** @type {(() => void)[]} */ stops: [],
  /** @type {(() => void) | null} Ends following. */ stop: null,
  is_asked: false,
  /** @type {any} What is shown, or about to be. */ latest: null,

  onLoad(/** @type {{ attempt_id: string }} */ { attempt_id }) {
    this.attempt_id = attempt_id
    this.stops = [getApp().services.sync.onChange(() => this.show())]
    this.show()
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
    const view = viewOf(checkins.answer(this.attempt_id), platform.now())
    const user = session.user()
    const can_remind = view.is_open && subscriptions.available().some((/** @type {any} */ one) => one.name === RESULT_TEMPLATE)
    const can_name = Boolean(user && !user.name) && (view.is_done || view.is_open) && !platform.read(NAME_ASKED)
    this.setData({ can_name, can_remind: can_remind && !this.is_asked })
    this.present(view)
    if (view.is_open && !this.stop) this.follow(view.id)
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
    const { checkins, platform } = getApp().services
    this.stop = checkins.follow(id, (/** @type {CheckinRecord} */ { checkin }) => {
      const view = ofCheckin(checkin, platform.now(), '')
      if (view.is_done && !this.latest.is_done) platform.vibrate('medium')
      this.setData({ can_remind: view.is_open && this.data.can_remind })
      this.present(view)
    })
  },

  async remind() {
    this.is_asked = true
    this.setData({ can_remind: false })
    try {
      const said = await getApp().services.subscriptions.ask([RESULT_TEMPLATE])
      feedback.toast(Object.values(said).includes('accept') ? texts.result.reminded : texts.result.notReminded)
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
  },

  async giveName() {
    const name = await feedback.prompt(texts.mine.nameAsk)
    if (!name) return
    try {
      await getApp().services.session.setName(name)
      this.setData({ can_name: false })
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
  },

  nameLater() {
    getApp().services.platform.write(NAME_ASKED, true)
    this.setData({ can_name: false })
  },

  act() {
    const acts = /** @type {Record<string, () => void>} */ ({
      scan: () => navigation.replace('/pages/checkin/checkin', { scan: 1 }),
      code: () => navigation.replace('/pages/checkin/checkin', { method: 'code' }),
      settings: () => this.allow(),
      precise: () => this.askPrecisely(),
      wifi: () => this.retry(),
    })
    acts[this.data.view.action]()
  },

  /** Who allowed it there need not tap again. */
  async allow() {
    const { platform } = getApp().services
    await platform.openSettings()
    const { location } = await platform.permissions()
    if (location) this.retry()
  },

  async askPrecisely() {
    if (await feedback.confirm(texts.result.askPrecise)) this.retry()
  },

  async retry() {
    if (this.data.is_working) return
    this.unfollow()
    this.setData({ is_working: true, steps: [] })
    try {
      const told = (/** @type {Progress} */ progress) => this.progressed(progress)
      const answer = await getApp().services.checkins.retryPrecisely(this.attempt_id, told)
      this.attempt_id = answer.attempt_id
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
    this.setData({ is_working: false })
    this.show()
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

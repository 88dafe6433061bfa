/** Who one is here, what waits on this phone, what it may use, and what one may be sent. */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

Page({
  data: {
    t: texts.mine,
    erase: texts.own.erase,
    name: '',
    sync: '',
    is_syncing: false,
    location: '',
    is_location_denied: false,
    /** @type {any[]} */ templates: [],
    version: '',
  },

  /** @type {(() => void)[]} */ stops: [],

  onLoad() {
    const { platform, session, sync } = getApp().services
    this.stops = [sync.onChange(() => this.show()), session.onChange(() => this.show())]
    this.setData({ version: texts.mine.version(platform.info().app_version) })
    session.ensure().catch(this.told)
  },

  onShow() {
    this.show()
  },

  onUnload() {
    this.stops.forEach((stop) => stop())
  },

  async show() {
    const { platform, session, subscriptions, sync } = getApp().services
    const user = session.user()
    const state = sync.state()
    const quotas = subscriptions.quotas()
    this.setData({
      name: user ? user.name : '',
      sync: this.syncOf(state),
      is_syncing: state.is_running,
      templates: subscriptions.available().map((/** @type {{ name: string, template_id: string }} */ { name, template_id }) => ({
        name,
        title: /** @type {Record<string, string>} */ (texts.mine.templates)[name] || name,
        quota: texts.mine.quota(quotas[template_id] || 0),
      })),
    })
    const { location } = await platform.permissions()
    const named = location === undefined ? texts.mine.unasked : texts.mine.granted
    this.setData({ location: location === false ? texts.mine.denied : named, is_location_denied: location === false })
  },

  syncOf(/** @type {ReturnType<SyncService['state']>} */ state) {
    if (state.is_running) return texts.mine.syncing
    if (state.unsaved) return texts.mine.unsaved(state.unsaved)
    if (state.waiting) return texts.mine.waiting(state.waiting)
    if (!state.last_at) return texts.mine.neverSynced
    const at = new Date(state.last_at).toISOString()
    return texts.mine.synced(moment(at, getApp().services.platform.now(), texts.common))
  },

  rename() {
    return alone(this, async () => {
      const name = await feedback.prompt(texts.mine.nameAsk)
      if (name === null) return
      if (name) await getApp().services.session.setName(name).catch(this.told)
      else feedback.toast(texts.mine.nameEmpty)
    })
  },

  told(/** @type {unknown} */ thrown) {
    feedback.toast(texts.say(asFailure(thrown)))
  },

  syncNow() {
    return alone(this, async () => {
      const { sync } = getApp().services
      await sync.flush()
      const { failure } = sync.state()
      if (failure) feedback.toast(texts.say(failure))
    })
  },

  openSettings() {
    if (this.data.is_location_denied) getApp().services.platform.openSettings().then(() => this.show())
  },

  openContract() {
    getApp().services.platform.openPrivacyContract()
  },

  allow(/** @type {any} */ event) {
    return alone(this, async () => {
      await getApp().services.subscriptions.ask([event.currentTarget.dataset.name]).catch(this.told)
      this.show()
    })
  },

  organise() {
    navigation.open('/organise/pages/activities/activities')
  },

  openConsole() {
    navigation.open('/pages/console/console', { scan: 1 })
  },

  openSessions() {
    navigation.open('/pages/sessions/sessions')
  },

  /** What was not sent goes with it, so that is told first. */
  erase() {
    return alone(this, async () => {
      const { participants, session, sync } = getApp().services
      if (sync.state().waiting && !(await feedback.confirm(texts.own.erase.waiting))) return
      if (!(await feedback.confirm(texts.own.erase.ask))) return
      try {
        await participants.erase()
      } catch (thrown) {
        return this.told(thrown)
      }
      await session.signOut()
      feedback.toast(texts.own.erase.done)
      navigation.home()
    })
  },

  signOut() {
    return alone(this, async () => {
      const { session, sync } = getApp().services
      if (!(await feedback.confirm(sync.state().unsaved ? texts.mine.signOutUnsaved : texts.mine.signOutAsk))) return
      await session.signOut()
      navigation.home()
    })
  },
})

/** Who one is here, what waits on this phone, what it may use, and what one may be sent. */

const { asFailure } = require('../../core/failure')
const { moment } = require('../../core/format')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

Page({
  data: {
    t: texts.mine,
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
    session.ensure().catch((/** @type {unknown} */ thrown) => feedback.toast(texts.say(asFailure(thrown))))
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
    if (state.waiting) return texts.mine.waiting(state.waiting)
    if (!state.last_at) return texts.mine.neverSynced
    const at = new Date(state.last_at).toISOString()
    return texts.mine.synced(moment(at, getApp().services.platform.now(), texts.common))
  },

  async rename() {
    const name = await feedback.prompt(texts.mine.nameAsk)
    if (name === null) return
    if (!name) return feedback.toast(texts.mine.nameEmpty)
    try {
      await getApp().services.session.setName(name)
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
  },

  async syncNow() {
    const { sync } = getApp().services
    await sync.flush()
    const { failure } = sync.state()
    if (failure) feedback.toast(texts.say(failure))
  },

  openSettings() {
    if (this.data.is_location_denied) getApp().services.platform.openSettings().then(() => this.show())
  },

  openContract() {
    getApp().services.platform.openPrivacyContract()
  },

  async allow(/** @type {any} */ event) {
    try {
      await getApp().services.subscriptions.ask([event.currentTarget.dataset.name])
    } catch (thrown) {
      feedback.toast(texts.say(asFailure(thrown)))
    }
    this.show()
  },

  organise() {
    navigation.open('/organise/pages/activities/activities')
  },

  async signOut() {
    if (!(await feedback.confirm(texts.mine.signOutAsk))) return
    await getApp().services.session.signOut()
    navigation.home()
  },
})

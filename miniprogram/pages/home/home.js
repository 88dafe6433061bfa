/** Two entries, and quietly what is next and what waits. */

const { initial, moment } = require('../../core/format')
const { tagOf } = require('../../core/qr_link')
const feedback = require('../../platform/feedback')
const navigation = require('../../platform/navigation')
const texts = require('../../texts/index')

Page({
  data: { t: texts.home, code: texts.code, initial: '', next: '', next_id: '', notice: '', notice_tone: '', is_update_ready: false, is_offline: false, offline: texts.common },

  /** @type {(() => void)[]} */ stops: [],
  /** Ends the reading of tags. */
  stopTouching: () => {},

  onLoad() {
    const { platform, sync, session } = getApp().services
    this.stops = [sync.onChange(() => this.show()), session.onChange(() => this.show()), platform.update.onReady(() => this.show())]
  },

  onShow() {
    this.show()
    const { activities, own_code } = getApp().services
    activities.refresh().then(() => this.show())
    // The keys of one's own code are on the phone before there is a door without a network.
    if (activities.upcoming().length) own_code.refresh()
    this.listen()
  },

  onHide() {
    this.stopTouching()
  },

  onUnload() {
    this.stopTouching()
    this.stops.forEach((stop) => stop())
  },

  /** A tag that is touched here checks in. Where none can be read there is the button, and the page behind it says why. */
  listen() {
    this.stopTouching()
    const { platform, server } = getApp().services
    if (!platform.info().has_nfc) return
    this.stopTouching = platform.watchTags({
      onReady() {},
      onTag: ({ url }) => {
        if (tagOf(url, server)) navigation.open('/pages/checkin/checkin', { q: url })
        else feedback.toast(texts.checkin.touchForeign)
      },
      onFailure() {},
    })
  },

  async show() {
    const { activities, platform, session, sync } = getApp().services
    const state = sync.state()
    const user = session.user()
    const [next] = activities.upcoming()
    this.setData({
      initial: user ? initial(user.name) : '',
      next: next ? texts.home.next(moment(next.starts_at, platform.now(), texts.common), next.title) : '',
      next_id: next ? next.activity_id : '',
      notice: this.noticeOf(state),
      notice_tone: state.refused || state.refused_others || state.unsaved ? 'bad' : 'wait',
      is_update_ready: platform.update.isReady() && !state.unsaved,
    })
    this.setData({ is_offline: !(await platform.isOnline()) })
  },

  noticeOf(/** @type {ReturnType<SyncService['state']>} */ state) {
    if (state.unsaved) return texts.home.unsaved(state.unsaved)
    if (state.refused) return texts.home.refused(state.refused)
    if (state.refused_others) return texts.home.refusedOthers(state.refused_others)
    return state.waiting ? texts.home.waiting(state.waiting) : ''
  },

  checkIn() {
    navigation.open('/pages/checkin/checkin', { scan: 1 })
  },

  /** To where what it says can be seen: of others, at the door where they were let in. */
  showNotice() {
    const { sync } = getApp().services
    const { unsaved, refused } = sync.state()
    const others = sync.queued().find(({ attempt, state }) => attempt.method === 'staff' && state === 'refused')
    if (unsaved || refused || !others) this.showRecords()
    else navigation.open('/organise/pages/door/door', { activity_id: others.attempt.activity_id, refused: 1 })
  },

  showRecords() {
    navigation.open('/pages/records/records')
  },

  showCode() {
    navigation.open('/pages/code/code')
  },

  showMine() {
    navigation.open('/pages/mine/mine')
  },

  update() {
    getApp().services.platform.update.apply()
  },

  showNext() {
    navigation.open('/pages/activity/activity', { activity_id: this.data.next_id })
  },
})

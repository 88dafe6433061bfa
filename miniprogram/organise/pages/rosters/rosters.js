/** The rosters of an organisation: whom it expects, and a new one. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.rosters.list

const lineOf = (/** @type {Roster} */ { id, title, entries, bound }) => ({ id, title, about: t.about(entries, bound) })

Page({
  data: {
    t,
    common: texts.common,
    can_manage: false,
    /** @type {any[]} */ lines: [],
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  organisation_id: '',

  onLoad(/** @type {{ organisation_id: string, manage?: string }} */ { organisation_id, manage }) {
    this.organisation_id = organisation_id
    this.setData({ can_manage: Boolean(manage) })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(feedback.stopRefreshing)
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      this.setData({ lines: (await getApp().services.rosters.list(this.organisation_id)).map(lineOf) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  create() {
    return once(this, async () => {
      const title = await feedback.prompt(t.createAsk)
      if (!title) return
      const { id } = await getApp().services.rosters.create(this.organisation_id, title)
      this.show(id)
    })
  },

  open(/** @type {any} */ event) {
    this.show(event.currentTarget.dataset.id)
  },

  show(/** @type {string} */ roster_id) {
    navigation.open('/organise/pages/roster/roster', { roster_id, manage: this.data.can_manage ? 1 : '' })
  },
})

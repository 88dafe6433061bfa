/** Who works at one activity until it is over, and the way to ask more of them. */

const { asFailure } = require('../../../core/failure')
const { moment } = require('../../../core/format')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')

const t = texts.organisation.crew

const lineOf = (/** @type {CrewMember} */ one, /** @type {number} */ now) => ({
  id: one.user_id,
  name: one.name || texts.organise.people.unnamed,
  until: t.until(moment(one.expires_at, now, texts.common)),
})

Page({
  data: {
    t,
    common: texts.common,
    /** @type {any[]} */ lines: [],
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',

  onLoad(/** @type {{ activity_id: string }} */ { activity_id }) {
    this.activity_id = activity_id
  },

  onShow() {
    this.load()
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      const { organise, serverNow } = getApp().services
      const crew = await organise.crew(this.activity_id)
      this.setData({ lines: crew.map((/** @type {CrewMember} */ one) => lineOf(one, serverNow())) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  invite() {
    return once(this, async () => {
      const { organisation_id } = await getApp().services.organise.get(this.activity_id)
      navigation.open('/organise/pages/invite/invite', { organisation_id, activity_id: this.activity_id })
    })
  },

  remove(/** @type {any} */ event) {
    return once(this, async () => {
      const { id, name } = event.currentTarget.dataset
      if (!(await feedback.confirm(t.removeAsk(name)))) return
      await getApp().services.organise.dismiss(this.activity_id, id)
      await this.load()
    })
  },

})

/** Last week's rate of the organisation, and when people came to the activity. Nothing where there is nothing to tell. */

const texts = require('../../../texts/index')
const { curveOf, daysOf, lastWeek, weekOf } = require('./view')

/** What cannot be read is left out: the page is about something else. */
const unless = (/** @type {Promise<Trends>} */ asked) => asked.catch(() => null)

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} The activity. */
    activity: { type: Object, value: null },
  },
  data: {
    t: texts.exports.history,
    /** @type {ReturnType<typeof weekOf>} */ week: null,
    /** @type {ReturnType<typeof curveOf>} */ curve: null,
  },
  observers: {
    activity(/** @type {Activity | null} */ activity) {
      if (activity && activity.state !== 'draft' && !activity.rehearsal_of) this.load(activity)
    },
  },
  methods: {
    async load(/** @type {Activity} */ activity) {
      const { reports, serverNow } = getApp().services
      const of = activity.organisation_id
      const [week, own] = await Promise.all([unless(reports.trends(of, lastWeek(serverNow()))), unless(reports.trends(of, daysOf(activity)))])
      this.setData({ week: week && weekOf(week), curve: own && curveOf(own) })
    },
  },
})

/** How many of those who are expected came, in all and by group. Nothing where nobody is expected. */

const texts = require('../../../texts/index')
const { viewOf } = require('./view')

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} Live numbers. */
    stats: { type: Object, value: {} },
  },
  data: {
    t: texts.rosters.turnout,
    /** @type {ReturnType<typeof viewOf>} */ view: null,
  },
  observers: {
    stats(/** @type {Stats} */ stats) {
      this.setData({ view: viewOf(stats) })
    },
  },
})

/** Of an activity's form: who is expected, what becomes of others, and what is asked of who came. Events `change`: what of the draft; `manage`: to the rosters. */

const texts = require('../../../texts/index')
const { isFull, ownOf, withOwn, withToggled } = require('./questions')

const t = texts.rosters.expecting

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} */ draft: { type: Object, value: {} },
    /** @type {any} Those of its organisation. */ rosters: { type: Array, value: [] },
    /** @type {any} By field. */ errors: { type: Object, value: {} },
  },
  data: {
    t,
    /** @type {string[]} */ titles: [],
    roster: 0,
    /** @type {any[]} */ usual: [],
    /** @type {Question[]} */ own: [],
    label: '',
    problem: '',
  },
  observers: {
    'draft, rosters'(/** @type {import('../../pages/form/draft').Draft} */ { roster_id, ask = [] }, /** @type {Roster[]} */ rosters) {
      this.setData({
        titles: [t.open, ...rosters.map(({ title }) => title)],
        roster: rosters.findIndex(({ id }) => id === roster_id) + 1,
        usual: Object.entries(t.questions).map(([detail, text]) => ({ detail, text, is_on: ask.some((one) => one.detail === detail) })),
        own: ownOf(ask),
        problem: '',
      })
    },
  },
  methods: {
    change(/** @type {object} */ changes) {
      this.triggerEvent('change', changes)
    },
    manage() {
      this.triggerEvent('manage')
    },
    chooseRoster(/** @type {any} */ event) {
      const chosen = this.data.rosters[event.detail.value - 1]
      this.change({ roster_id: chosen ? chosen.id : '' })
    },
    chooseNotListed(/** @type {any} */ event) {
      this.change({ not_listed: Number(event.detail.value) })
    },
    typeExpected(/** @type {any} */ event) {
      this.change({ expected_count: event.detail.value })
    },
    toggle(/** @type {any} */ event) {
      const { detail } = event.currentTarget.dataset
      const ask = withToggled(this.data.draft.ask, detail)
      if (ask) this.change({ ask })
      else this.setData({ problem: t.tooMany })
    },
    type(/** @type {any} */ event) {
      this.setData({ label: event.detail.value })
    },
    add() {
      const label = this.data.label.trim()
      if (!label) return
      if (isFull(this.data.draft.ask)) return this.setData({ problem: t.tooMany })
      this.change({ ask: withOwn(this.data.draft.ask, label) })
      this.setData({ label: '' })
    },
    remove(/** @type {any} */ event) {
      const { label } = event.currentTarget.dataset
      this.change({ ask: this.data.draft.ask.filter((/** @type {Question} */ one) => one.label !== label) })
    },
  },
})

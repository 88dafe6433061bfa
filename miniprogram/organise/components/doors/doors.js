/** Of an activity's form: the ways in, and whether who went may come in again. Event `change`: what of the draft. */

const texts = require('../../../texts/index')
const { withGates } = require('./gates')

const t = texts.organise.form

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} */ draft: { type: Object, value: { gates: [], reentry: 0 } },
    /** @type {any} By field. */ errors: { type: Object, value: {} },
  },
  data: { t, gate: '', problem: '' },
  methods: {
    type(/** @type {any} */ event) {
      this.setData({ gate: event.detail.value, problem: '' })
    },
    add() {
      const { gates, problem } = withGates(this.data.draft.gates, this.data.gate)
      this.setData({ problem, gate: problem ? this.data.gate : '' })
      if (!problem) this.triggerEvent('change', { gates })
    },
    remove(/** @type {any} */ event) {
      const { gate } = event.currentTarget.dataset
      this.triggerEvent('change', { gates: this.data.draft.gates.filter((/** @type {string} */ one) => one !== gate) })
    },
    chooseReentry(/** @type {any} */ event) {
      this.triggerEvent('change', { reentry: Number(event.detail.value) })
    },
  },
})

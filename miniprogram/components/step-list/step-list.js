/** What a check-in is doing, step by step, as it happens; where it is slow, a way not to wait. Event `later`. */

const texts = require('../../texts/index')

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} Each {step, label, text, state}; state as of Progress. */
    steps: { type: Array, value: [] },
  },
  data: { t: texts.result, is_slow: false },
  observers: {
    steps(/** @type {Progress[]} */ steps) {
      this.setData({ is_slow: steps.some(({ state }) => state === 'slow') })
    },
  },
  methods: {
    later() {
      this.triggerEvent('later')
    },
  },
})

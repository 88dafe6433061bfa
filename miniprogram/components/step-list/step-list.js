/** What a check-in is doing, step by step, as it happens. */

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} Each {step, label, text, state}; state as of Progress. */
    steps: { type: Array, value: [] },
  },
})

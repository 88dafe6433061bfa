/** The big sign of a result: it grows in, and a refusal shakes its head. */

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** good, wait or bad. */
    tone: { type: String, value: 'good' },
  },
})

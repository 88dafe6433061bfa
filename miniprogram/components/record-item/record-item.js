/** One record in a list. */

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} As `view.js` makes it. */
    line: { type: Object, value: {} },
  },
})

/** A quiet line about the state of things: offline, what waits, what was refused. */

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    icon: { type: String, value: 'sync' },
    tone: { type: String, value: 'brand' },
    text: { type: String, value: '' },
    hint: { type: String, value: '' },
  },
})

/** Nothing is here, and what to do about it. Event `act`: the button was tapped. */

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    icon: { type: String, value: 'empty' },
    title: { type: String, value: '' },
    hint: { type: String, value: '' },
    action: { type: String, value: '' },
  },
  methods: {
    act() {
      this.triggerEvent('act')
    },
  },
})

/** What could not be done, the request id in small print, and a way to try again. Event `retry`. */

const { pictureOf } = require('../../core/failure')
const texts = require('../../texts/index')

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    /** @type {any} A Failure. */
    failure: { type: Object, value: {} },
  },
  data: { text: '', id: '', icon: 'offline', retry: texts.common.retry },
  observers: {
    failure(/** @type {Failure} */ failure) {
      if (!failure || !failure.kind) return
      this.setData({ text: texts.say(failure), icon: pictureOf(failure), id: failure.request_id ? texts.common.requestId(failure.request_id) : '' })
    },
  },
  methods: {
    again() {
      this.triggerEvent('retry')
    },
  },
})

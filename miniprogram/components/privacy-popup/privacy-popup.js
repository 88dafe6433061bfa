/** Asks for agreement to the privacy guide, once, when an ability first needs it. */

const texts = require('../../texts/index')

const BUTTON = 'agree-privacy'

/** What belongs to an instance and is nothing to show. */
const own = (/** @type {any} */ self) => /** @type {{ question: any, stop: () => void }} */ (self)

Component({
  options: { styleIsolation: 'apply-shared' },
  data: { is_open: false, t: texts.privacy, button: BUTTON },
  lifetimes: {
    attached() {
      const { platform } = getApp().services
      own(this).stop = platform.onPrivacy((/** @type {any} */ question) => {
        own(this).question = question
        this.setData({ is_open: true })
      })
    },
    detached() {
      own(this).stop()
    },
  },
  methods: {
    agree() {
      this.setData({ is_open: false })
      own(this).question.agree(BUTTON)
    },
    refuse() {
      this.setData({ is_open: false })
      own(this).question.refuse()
    },
    read() {
      getApp().services.platform.openPrivacyContract()
    },
  },
})

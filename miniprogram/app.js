/** Composes the program. Pages find everything in `getApp().services`. */

const { createPlatform } = require('./platform/index')
const { createServices } = require('./services/index')

App({
  services: createServices(createPlatform()),

  /** Also at the start: what waits is sent, what changed is fetched, and the sign-in is off the way to the door. */
  onShow() {
    this.services.sync.flush()
  },
})

/**
 * A newer version of the program: WeChat fetches it by itself and takes it at the next cold start, or when told to.
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/api/base/update/UpdateManager.html
 */

const { listeners } = require('../core/listeners')

/** @returns {Platform['update']} */
const update = () => {
  const manager = wx.getUpdateManager()
  const ready = listeners()
  let is_ready = false
  manager.onUpdateReady(() => {
    is_ready = true
    ready.tell(undefined)
  })
  return { isReady: () => is_ready, apply: () => manager.applyUpdate(), onReady: ready.add }
}

module.exports = { update }

/** The screen while a QR is shown on it. */

const keepOn = (/** @type {boolean} */ is_on) => wx.setKeepScreenOn({ keepScreenOn: is_on, fail() {} })

/**
 * A canvas of a page, in pixels of the screen.
 *
 * @param {string} selector
 * @returns {Promise<{ canvas: any, size: number }>}
 */
const canvasOf = (selector) => new Promise((resolve) => {
  const query = wx.createSelectorQuery().select(selector)
  query.fields({ node: true, size: true }, (/** @type {any} */ { node, width }) => {
    const { pixelRatio } = wx.getWindowInfo ? wx.getWindowInfo() : wx.getSystemInfoSync()
    node.width = Math.round(width * pixelRatio)
    node.height = node.width
    resolve({ canvas: node, size: node.width })
  }).exec()
})

module.exports = { keepOn, canvasOf }

/** The screen: what is drawn on it, and where. */

const { promised } = require('./failures')

const keepOn = (/** @type {boolean} */ is_on) => wx.setKeepScreenOn({ keepScreenOn: is_on, fail() {} })

/** As the person had it, while it is bright; null else. @type {number | null} */
let usual = null

/** As bright as it gets, for as long as a camera is to read it. */
const brighten = async () => {
  const { value } = await promised(wx.getScreenBrightness).catch(() => ({ value: null }))
  if (value === null || usual !== null) return
  usual = value
  wx.setScreenBrightness({ value: 1, fail() {} })
}

/** As it was. */
const dim = () => {
  if (usual !== null) wx.setScreenBrightness({ value: usual, fail() {} })
  usual = null
}

/**
 * What draws of a canvas of a page.
 *
 * @param {string} selector
 * @returns {Promise<any>}
 */
const nodeOf = (selector) => new Promise((resolve) => {
  wx.createSelectorQuery().select(selector).fields({ node: true }, (/** @type {any} */ { node }) => resolve(node)).exec()
})

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

/**
 * Where on the screen something of the page is, in its order.
 *
 * @param {string} selector
 * @returns {Promise<{ top: number, height: number }[]>}
 */
const placesOf = (selector) => new Promise((resolve) => {
  wx.createSelectorQuery().selectAll(selector).boundingClientRect((found) => resolve(/** @type {any} */ (found))).exec()
})

/** How high a page may be without being scrolled. */
const height = () => (wx.getWindowInfo ? wx.getWindowInfo() : wx.getSystemInfoSync()).windowHeight

module.exports = { keepOn, brighten, dim, nodeOf, canvasOf, placesOf, height }

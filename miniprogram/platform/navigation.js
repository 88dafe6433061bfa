/** Ways between pages. A page that is being left goes nowhere else meanwhile, however often it is tapped. */

/** WeChat keeps ten pages at most. */
const DEEPEST = 10

const withQuery = (/** @type {string} */ path, /** @type {Record<string, string | number | undefined>} */ query) => {
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return said.length ? `${path}?${said.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}` : path
}

const top = () => getCurrentPages()[getCurrentPages().length - 1]

/** @type {unknown} The page that is being left. */
let leaving = null

const go = (/** @type {(options: any) => unknown} */ way, /** @type {object} */ options) => {
  const from = top()
  if (from === leaving) return
  leaving = from
  way({ ...options, complete: () => { if (leaving === from) leaving = null } })
}

/**
 * Opens a page above this one; in its place where there is no room for another.
 *
 * @param {string} path Such as `/pages/record/record`.
 * @param {Record<string, string | number | undefined>} [query]
 */
const open = (path, query = {}) => go(getCurrentPages().length < DEEPEST ? wx.navigateTo : wx.redirectTo, { url: withQuery(path, query) })

/**
 * Opens a page in place of this one.
 *
 * @param {string} path
 * @param {Record<string, string | number | undefined>} [query]
 */
const replace = (path, query = {}) => go(wx.redirectTo, { url: withQuery(path, query) })

const home = () => go(wx.reLaunch, { url: '/pages/home/home' })

/** To the page below; home from the lowest one. */
const back = () => (getCurrentPages().length > 1 ? go(wx.navigateBack, { delta: 1 }) : home())

/** What the bar above this page says. */
const title = (/** @type {string} */ text) => wx.setNavigationBarTitle({ title: text })

/** To where this page begins. */
const toTop = () => wx.pageScrollTo({ scrollTop: 0 })

module.exports = { open, replace, home, back, title, toTop }

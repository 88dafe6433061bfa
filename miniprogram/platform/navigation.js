/** Ways between pages. */

/** WeChat keeps ten pages at most. */
const DEEPEST = 10

const withQuery = (/** @type {string} */ path, /** @type {Record<string, string | number | undefined>} */ query) => {
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return said.length ? `${path}?${said.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}` : path
}

/**
 * Opens a page above this one; in its place where there is no room for another.
 *
 * @param {string} path Such as `/pages/record/record`.
 * @param {Record<string, string | number | undefined>} [query]
 */
const open = (path, query = {}) => {
  const url = withQuery(path, query)
  if (getCurrentPages().length < DEEPEST) wx.navigateTo({ url })
  else wx.redirectTo({ url })
}

/**
 * Opens a page in place of this one.
 *
 * @param {string} path
 * @param {Record<string, string | number | undefined>} [query]
 */
const replace = (path, query = {}) => wx.redirectTo({ url: withQuery(path, query) })

/** One page back; home where this one was opened from outside. */
const back = () => {
  if (getCurrentPages().length > 1) wx.navigateBack()
  else home()
}

const home = () => wx.reLaunch({ url: '/pages/home/home' })

const setTitle = (/** @type {string} */ title) => wx.setNavigationBarTitle({ title })

module.exports = { open, replace, back, home, setTitle }

/**
 * Where the phone is. WeChat hands out the same position for 30 s: released builds get the first one again, others an
 * error. So a position is kept that long, and everybody who asks within that time gets it.
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/api/location/wx.getLocation.html
 */

const { promised } = require('./failures')

const KEPT_MS = 30000
const PRECISE_MS = 5000

/**
 * A `locate` as of Platform.
 *
 * @param {(options: object) => void} getLocation As `wx.getLocation`.
 * @param {() => number} now
 * @returns {Platform['locate']}
 */
const locator = (getLocation, now) => {
  /** @type {Fix | null} */
  let kept = null
  /** @type {Promise<Fix> | null} */
  let running = null

  const ask = async (/** @type {boolean} */ is_precise) => {
    const options = is_precise ? { type: 'gcj02', isHighAccuracy: true, highAccuracyExpireTime: PRECISE_MS } : { type: 'gcj02' }
    const said = await promised(getLocation, options)
    const accuracy_m = Math.min(Math.max(said.horizontalAccuracy || said.accuracy || 0, 0), 100000)
    kept = { latitude: said.latitude, longitude: said.longitude, accuracy_m, coord: 'gcj02', fixed_at: now() }
    return kept
  }

  return ({ isPrecise }) => {
    if (kept && now() - kept.fixed_at < KEPT_MS) return Promise.resolve(kept)
    if (!running) running = ask(isPrecise).finally(() => { running = null })
    return running
  }
}

module.exports = { locator, KEPT_MS }

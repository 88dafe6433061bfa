/**
 * Where the phone is. WeChat hands out the same position for 30 s: released builds get the first one again, others an
 * error. So a position is kept that long, and everybody who asks within that time gets it; a clock that was set back ends it.
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/api/location/wx.getLocation.html
 */

const { failure } = require('../core/failure')
const { since } = require('../core/time')
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
    // Phones that do not know where they are say 0, 0.
    if (!said.latitude && !said.longitude) throw failure('failed', 'the phone does not know where it is')
    const accuracy = said.horizontalAccuracy || said.accuracy
    const accuracy_m = accuracy > 0 ? Math.min(accuracy, 100000) : null
    kept = { latitude: said.latitude, longitude: said.longitude, accuracy_m, coord: 'gcj02', fixed_at: now() }
    return kept
  }

  return ({ isPrecise }) => {
    if (kept && since(kept.fixed_at, now()) < KEPT_MS) return Promise.resolve(kept)
    if (!running) running = ask(isPrecise).finally(() => { running = null })
    return running
  }
}

module.exports = { locator, KEPT_MS }

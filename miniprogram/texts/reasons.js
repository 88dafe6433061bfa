/** Why, by how much, and what to do: every reason of the vocabulary in a person's words. */

const reasons = require('./vocabulary')

/** @typedef {import('./vocabulary').Words} Words */

const metres = (/** @type {unknown} */ value) => {
  const found = Number(value)
  return found >= 1000 ? `${(found / 1000).toFixed(1)} 公里` : `${Math.round(found)} 米`
}

/** Two units at most. */
const duration = (/** @type {unknown} */ value) => {
  const seconds = Math.max(0, Math.round(Number(value)))
  const parts = /** @type {[number, string][]} */ ([
    [Math.floor(seconds / 86400), '天'],
    [Math.floor(seconds / 3600) % 24, '小时'],
    [Math.floor(seconds / 60) % 60, '分钟'],
    [seconds % 60, '秒'],
  ])
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return '0 秒'
  return parts.slice(first, first + 2).filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

const BY_UNIT = /** @type {Record<string, (value: unknown) => string>} */ ({ _s: duration, _m: metres })

/** A template with its numbers in it; empty where the server did not give them all. */
const fill = (/** @type {string} */ template, /** @type {any} */ numbers) => {
  let isWhole = true
  const text = template.replace(/\{(\w+)\}/g, (_, name) => {
    if (numbers[name] === undefined) isWhole = false
    return (BY_UNIT[name.slice(-2)] || String)(numbers[name])
  })
  return isWhole ? text : ''
}

/** @type {Words} */
const unknown = { why: '未能签到', what: '请联系组织者', action: 'none' }

/**
 * The words of one reason; `much` is empty where the server gave no numbers.
 *
 * @param {Reason | undefined} reason
 */
const explain = (reason) => {
  const words = (reason && reasons[reason.reason]) || unknown
  return { why: words.why, much: words.much ? fill(words.much, reason) : '', what: words.what, action: words.action }
}

module.exports = { reasons, explain, duration, metres }

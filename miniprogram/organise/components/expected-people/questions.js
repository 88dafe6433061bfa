/** What an activity asks, five things at most: the usual ones, and such as an organiser words. Pure. */

const MOST = 5
/** @type {Question['detail']} */
const OWN = 'text'

const isFull = (/** @type {Question[]} */ ask) => ask.length >= MOST

const ownOf = (/** @type {Question[]} */ ask) => ask.filter(({ detail }) => detail === OWN)

/** With or without one of the usual ones; null where there is no room for it. */
const withToggled = (/** @type {Question[]} */ ask, /** @type {Question['detail']} */ detail) => {
  if (ask.some((one) => one.detail === detail)) return ask.filter((one) => one.detail !== detail)
  return isFull(ask) ? null : [...ask, { detail, label: '' }]
}

/** The same words are asked once. */
const withOwn = (/** @type {Question[]} */ ask, /** @type {string} */ label) => {
  if (ask.some((one) => one.label === label)) return ask
  return [...ask, { detail: OWN, label }]
}

module.exports = { isFull, ownOf, withToggled, withOwn }

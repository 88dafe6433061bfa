/** What a tap on a page does. */

const { alone } = require('../core/alone')
const { asFailure } = require('../core/failure')
const feedback = require('../platform/feedback')
const texts = require('../texts/index')

/**
 * An action of a page, one at a time. What goes wrong is told, but for what the person broke off.
 *
 * @param {object} page
 * @param {() => Promise<unknown>} act
 * @param {(failure: Failure) => string} [say]
 */
const once = (page, act, say = texts.say) => alone(page, () => act().catch((/** @type {unknown} */ thrown) => {
  const failure = asFailure(thrown)
  if (failure.kind !== 'cancelled') feedback.toast(say(failure))
}))

module.exports = { once }

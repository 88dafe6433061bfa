/** What `wx` says when something fails, as a Failure. */

const { failure } = require('../core/failure')

/** The first that matches is meant; the texts are those of wx in 2026, some of them differ between iOS and Android. */
const MEANINGS = /** @type {[RegExp, Failure['kind']][]} */ ([
  [/interrupted/i, 'interrupted'],
  [/timed?.?out|请求超时/i, 'timeout'],
  [/auth(orize)?.{0,10}den(y|ied)|permission denied|no permission|privacy permission|not authorized/i, 'denied'],
  [/cancel/i, 'cancelled'],
  [/not support|unsupported|no such api|is not a function/i, 'unsupported'],
  [/ERR_INTERNET_DISCONNECTED|ERR_NAME_NOT_RESOLVED|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK_CHANGED|unable to resolve host/i, 'offline'],
  [/network is down|not connected to the internet|似乎已断开|未能找到|connection error|network error/i, 'offline'],
])

/** errno of wx.request: 5 timeout, 600001 and 600003 no way out; of privacy: 104 refused, 112 not declared. */
const NUMBERS = /** @type {Record<number, Failure['kind']>} */ ({ 5: 'timeout', 600001: 'offline', 600003: 'offline', 103: 'denied', 104: 'denied', 112: 'denied' })

/**
 * The failure of a call of wx.
 *
 * @param {any} said What `fail` was given.
 * @returns {Failure}
 */
const toFailure = (said) => {
  const message = String((said && said.errMsg) || said)
  const known = MEANINGS.find(([pattern]) => pattern.test(message))
  return failure(known ? known[1] : NUMBERS[said && said.errno] || 'failed', message)
}

/**
 * A call of wx as a promise. Throws nothing: what wx itself throws is a failure too.
 *
 * @param {any} call Such as wx.login.
 * @param {object} [options]
 * @returns {Promise<any>}
 */
const promised = (call, options = {}) => new Promise((resolve, reject) => {
  if (typeof call !== 'function') reject(failure('unsupported', 'this phone has no such ability'))
  else call({ ...options, success: resolve, fail: (/** @type {any} */ said) => reject(toFailure(said)) })
})

module.exports = { promised, toFailure }

/** Requests to the server: at most 8 in flight, check-ins first, each with an id, a deadline and its own patience. */

const { asFailure, failure, problemOf } = require('../core/failure')
const { listeners } = require('../core/listeners')
const { later, parseTime } = require('../core/time')
const texts = require('../texts/services')

// WeChat runs ten requests at once and refuses more; two are left for live numbers and for the person's next page.
const AT_ONCE = 8
const TIMEOUT_MS = 10000
// The phone's own timeout is trusted this much longer, for some phones forget to tell.
const FORGOTTEN_MS = 3000
const CLOCK = 'clock'
// A clock that is wrong by less than this is not worth a write.
const CLOCK_MS = 1000
// Whoever must wait longer than this is told so, instead of looking at a spinner.
const LONGEST_PAUSE_MS = 5000

/**
 * @typedef {object} Call
 * @property {'GET' | 'POST' | 'PUT' | 'DELETE'} method
 * @property {string} path With its query.
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {number} [timeout_ms]
 * @property {Wanted} [file] What is answered goes into it.
 * @property {boolean} [is_urgent] Goes before everything that waits.
 * @property {number} [tries] How often it may be sent; more than 1 only for what is idempotent. 3 for GET, else 1.
 *
 * @typedef {{ status: number, body: any, request_id: string }} Reply
 */

/** What the person reads where the server gave no sentence. */
const told = (/** @type {Failure} */ found) => {
  if (found.kind === 'offline' || found.kind === 'interrupted') return texts.offline
  if (found.kind === 'timeout') return texts.timeout
  return (found.status || 0) >= 500 ? texts.unavailable : texts.failed
}

/** The server's own sentence for the person, where it has one. */
const saidBy = (/** @type {Failure} */ found) => (found.kind === 'problem' && found.body && found.body.message) || ''

/** What fails so may have reached the server, which then knows it by its id. */
const REACHED = ['problem', 'timeout', 'interrupted']

/** Whether another try in a moment is worth it. Offline is not: the network coming back is told by itself. */
const isMomentary = (/** @type {Failure} */ found) => {
  if (found.kind === 'problem') return [502, 503, 504, 429].includes(found.status || 0)
  return ['timeout', 'interrupted', 'failed'].includes(found.kind)
}

const pauseMs = (/** @type {Failure} */ found, /** @type {number} */ tried) =>
  Math.max((found.retry_after_s || 0) * 1000, tried * (300 + Math.random() * 500))

/**
 * The way to the server.
 *
 * @param {Platform} platform
 * @param {string} base The server's address, without a slash at its end.
 */
const createTransport = (platform, base) => {
  /** @type {(() => void)[]} */
  const urgent = []
  /** @type {(() => void)[]} */
  const others = []
  let flying = 0
  let sent = 0
  let is_shown = true
  // How far the server's clock is ahead of the phone's, as it was last known, and how wrong that may be.
  let kept_ms = Number(platform.read(CLOCK)) || 0
  let offset_ms = kept_ms
  let error_ms = Infinity
  const shown = listeners()
  platform.onShown((now_shown) => {
    is_shown = now_shown
    if (now_shown) shown.tell(undefined)
  })

  /** @returns {Promise<void>} */
  const turn = (/** @type {boolean | undefined} */ is_urgent) => new Promise((resolve) => {
    if (flying < AT_ONCE) {
      flying += 1
      resolve()
    } else (is_urgent ? urgent : others).push(resolve)
  })

  const leave = () => {
    const next = urgent.shift() || others.shift()
    if (next) next()
    else flying -= 1
  }

  /** @returns {Promise<void>} */
  const shownAgain = () => (is_shown ? later(300) : new Promise((resolve) => {
    const end = shown.add(() => {
      end()
      resolve()
    })
  }))

  /** For a start without a network: a phone whose clock is hours off is so tomorrow too. */
  const keepTime = () => {
    if (Math.abs(offset_ms - kept_ms) < CLOCK_MS) return
    kept_ms = offset_ms
    try {
      platform.write(CLOCK, Math.round(offset_ms))
    } catch (thrown) {
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
  }

  /** Learns the server's time from an answer; `precision_ms` is how exact the server told it. */
  const learnTime = (/** @type {number} */ server_ms, /** @type {number} */ sent_at, /** @type {number} */ precision_ms) => {
    const now = platform.now()
    const error = (now - sent_at) / 2 + precision_ms
    if (Number.isNaN(server_ms) || error > error_ms) return
    error_ms = error
    offset_ms = server_ms - (sent_at + now) / 2
    keepTime()
  }

  const learnFrom = (/** @type {{ body: any, headers: Record<string, string> }} */ reply, /** @type {number} */ sent_at) => {
    if (reply.body && reply.body.server_time) learnTime(parseTime(reply.body.server_time), sent_at, 1)
    // The header knows whole seconds only.
    else if (reply.headers.date) learnTime(Date.parse(reply.headers.date) + 500, sent_at, 500)
  }

  const request = (/** @type {Call} */ call, /** @type {string} */ request_id) => {
    const timeout_ms = call.timeout_ms || TIMEOUT_MS
    const headers = { 'content-type': 'application/json', 'x-request-id': request_id, ...call.headers }
    const asked = { url: base + call.path, method: call.method, body: call.body, headers, timeout_ms }
    const answer = call.file ? platform.download({ ...asked, file: call.file }) : platform.request(asked)
    return new Promise((/** @type {(reply: Awaited<typeof answer>) => void} */ resolve, reject) => {
      const timer = setTimeout(() => reject(failure('timeout', 'the phone said nothing')), timeout_ms + FORGOTTEN_MS)
      answer.finally(() => clearTimeout(timer)).then(resolve, reject)
    })
  }

  /** @returns {Promise<Reply>} */
  const once = async (/** @type {Call} */ call, /** @type {string} */ request_id) => {
    await turn(call.is_urgent)
    const sent_at = platform.now()
    try {
      const reply = await request(call, request_id)
      learnFrom(reply, sent_at)
      const known_as = reply.headers['x-request-id'] || request_id
      if (reply.status >= 400) throw problemOf(reply, known_as)
      return { status: reply.status, body: reply.body, request_id: known_as }
    } finally {
      leave()
    }
  }

  const newRequestId = () => {
    sent += 1
    return `mp-${platform.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${sent.toString(36)}`
  }

  /**
   * Waits before another try.
   *
   * @param {Failure} found What the last one failed with.
   * @param {number} tried How many have failed.
   * @returns {Promise<boolean>} False at once when another one in a moment is not worth it.
   */
  const pause = async (found, tried) => {
    const pause_ms = pauseMs(found, tried)
    if (!isMomentary(found) || pause_ms > LONGEST_PAUSE_MS) return false
    await (found.kind === 'interrupted' ? shownAgain() : later(pause_ms))
    return true
  }

  /**
   * Sends a call.
   *
   * @param {Call} call
   * @returns {Promise<Reply>} Rejects with a Failure; every one has a message for the person.
   */
  const send = async (call) => {
    const tries = call.tries || (call.method === 'GET' ? 3 : 1)
    const request_id = newRequestId()
    for (let tried = 1; ; tried += 1) {
      try {
        return await once(call, request_id)
      } catch (thrown) {
        const found = asFailure(thrown)
        if (tried < tries && (await pause(found, tried))) continue
        const left_as = REACHED.includes(found.kind) ? { request_id } : {}
        throw { ...left_as, ...found, message: saidBy(found) || told(found) }
      }
    }
  }

  return { send, pause, base, serverNow: () => platform.now() + offset_ms }
}

/** @typedef {ReturnType<typeof createTransport>} Transport */

module.exports = { createTransport }

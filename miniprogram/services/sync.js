/**
 * What waits on the phone goes in, what changed comes out: in order, up to 50 at a time, one sync at a time and one
 * every two seconds, which is what the server takes. A bad item never holds up the others.
 */

const { backoffMs } = require('../core/backoff')
const { asFailure, failure } = require('../core/failure')
const { listeners } = require('../core/listeners')
const { later } = require('../core/time')
const { byteLength } = require('../core/utf8')
const texts = require('../texts/services')
const { isFinal, sentenceOf } = require('./attempts')

const BATCH = 50
// The server takes 64 KB.
const BATCH_BYTES = 56000
const GAP_MS = 2000
const TIMEOUT_MS = 20000
/** How staff say whom they mean: without it an attempt would be nobody's. */
const STAFF_WAYS = ['user_id', 'roster_entry_id', 'entry_code', 'person_token', 'guest']

/**
 * @param {object} parts
 * @param {Platform} parts.platform
 * @param {import('./session').SessionWithTokens} parts.session
 * @param {import('./api').Api} parts.api
 * @param {import('./client_config').ClientConfig} parts.config
 * @param {import('./outbox').Outbox} parts.outbox
 * @param {import('./attempts').Attempts} parts.attempts
 * @param {import('./records').Records} parts.records
 * @param {import('./settle').Settle} parts.settle
 * @param {() => Promise<void>} parts.also What else waits for a network.
 * @returns {SyncService}
 */
const createSync = ({ platform, session, api, config, outbox, attempts, records, settle, also }) => {
  /** @type {Promise<void> | null} */
  let running = null
  let is_wanted_again = false
  let sent_at = -Infinity
  let last_at = /** @type {number | null} */ (null)
  let found = /** @type {Failure | null} */ (null)
  let failures = 0
  let timer = 0
  const changed = listeners()
  const tell = () => changed.tell(undefined)

  /** Whether this server takes such an attempt at all; after a rollback it may not, and the attempt waits. */
  const isTaken = (/** @type {Queued} */ { attempt }) => {
    const { checkin_methods, staff_fields } = config.features()
    return attempt.method === 'staff' ? STAFF_WAYS.every((way) => !(way in attempt) || staff_fields.includes(way)) : checkin_methods.includes(attempt.method)
  }

  const batchOf = (/** @type {Queued[]} */ waiting, /** @type {number} */ limit) => {
    let bytes = 0
    return waiting.slice(0, limit).filter((item, index) => {
      bytes += byteLength(JSON.stringify(attempts.wire(item))) + 1
      return index === 0 || bytes < BATCH_BYTES
    })
  }

  /** @returns {import('./settle').Verdict} */
  const verdictOf = (/** @type {Queued} */ queued, /** @type {any} */ result, /** @type {string} */ request_id) => {
    const { checkin, message = '', problem = {}, receipt, retryable } = result
    const said = failure('problem', message, { status: problem.status, reason: problem.reason, request_id })
    if (receipt) said.receipt = receipt
    if (problem.retry_after_s) said.retry_after_s = problem.retry_after_s
    return { queued, checkin: checkin || null, message: message || (retryable ? '' : texts.rejected), request_id, failure: said, is_final: !retryable }
  }

  /** The server asks for one every two seconds. */
  const gap = () => later(Math.max(0, sent_at + GAP_MS - platform.now()))

  const exchange = async (/** @type {Queued[]} */ items) => {
    await gap()
    sent_at = platform.now()
    const owner_id = outbox.ownerId()
    const body = { attempts: items.map(attempts.wire), cursor: records.cursor() }
    const { body: said, request_id } = await api.send({
      method: 'POST', path: '/v1/checkins/sync', body, owner_id, tries: 2, timeout_ms: TIMEOUT_MS,
    })
    // Somebody else is here by now: none of this is theirs. What was sent is asked for again with its owner.
    if (outbox.ownerId() !== owner_id) return false
    settle(said.results.map((/** @type {any} */ result, /** @type {number} */ index) => verdictOf(items[index], result, request_id)))
    records.advance(said.changes, said.cursor)
    return said.has_more
  }

  /** A batch that is refused as a whole is taken apart, until the one item that spoils it stands alone. */
  const exchangeApart = async (/** @type {Queued[]} */ items) => {
    try {
      return { sent: items, has_more: await exchange(items) }
    } catch (thrown) {
      const said = asFailure(thrown)
      if (!isFinal(said) || !items.length) throw said
      if (items.length > 1) return { sent: [], has_more: true }
      settle([{ queued: items[0], checkin: null, message: sentenceOf(said), request_id: said.request_id || '', failure: said, is_final: true }])
      return { sent: items, has_more: true }
    }
  }

  /** Everything that waits, each once, and all that changed. */
  const round = async (/** @type {boolean} */ is_due_only) => {
    await session.ensure()
    await config.refresh()
    outbox.restore()
    const owner_id = outbox.ownerId()
    const sent = new Set()
    const open = () => outbox.waiting().filter((item) =>
      !sent.has(item.attempt.attempt_id) && isTaken(item) && (!is_due_only || item.next_at <= platform.now()))
    let limit = BATCH
    for (let has_more = true; has_more || open().length;) {
      const items = batchOf(open(), limit)
      const came = await outbox.whileFlying(items.map((item) => item.attempt.attempt_id), () => exchangeApart(items))
      if (outbox.ownerId() !== owner_id) return
      limit = came.sent.length < items.length ? Math.ceil(items.length / 2) : BATCH
      came.sent.forEach((item) => sent.add(item.attempt.attempt_id))
      has_more = came.has_more
      last_at = platform.now()
      tell()
    }
    await also().catch(() => { /* It waits for the next sync, as it did for this one. */ })
  }

  /** The next try by itself, for as long as the program runs; the network coming back is sooner. */
  const schedule = () => {
    clearTimeout(timer)
    const waiting = outbox.waiting().filter(isTaken)
    if (!waiting.length) return
    const first_at = Math.min(...waiting.map((item) => item.next_at))
    const wait_ms = found ? backoffMs(failures, Math.random(), found.retry_after_s) : Math.max(GAP_MS, first_at - platform.now())
    timer = setTimeout(async () => {
      // Without a network nothing is sent: what waits goes once it is back, or is looked at again.
      if (await platform.isOnline().catch(() => true)) run(!found)
      else schedule()
    }, wait_ms)
  }

  const attempt = async (/** @type {boolean} */ is_due_only) => {
    try {
      await round(is_due_only)
      found = null
      failures = 0
    } catch (thrown) {
      found = asFailure(thrown)
      failures += 1
    }
  }

  const work = async (/** @type {boolean} */ is_due_only) => {
    tell()
    do {
      is_wanted_again = false
      await attempt(is_due_only)
    } while (is_wanted_again && !found)
    running = null
    schedule()
    tell()
  }

  /** @returns {Promise<void>} */
  const run = (/** @type {boolean} */ is_due_only) => {
    if (!running) running = work(is_due_only)
    else is_wanted_again = true
    return running
  }

  outbox.onChange(() => {
    // Whatever waits has its next try, also what the network or the server did not take just now.
    if (!running) schedule()
    tell()
  })
  platform.onNetwork((is_online) => { if (is_online) run(false) })

  return {
    flush: () => run(false),
    state() {
      const all = outbox.all()
      const refused = all.filter((item) => item.state === 'refused')
      const own = refused.filter(({ attempt }) => attempt.method !== 'staff').length
      const unsaved = all.filter((item) => item.state === 'waiting' && !outbox.isKept(item.attempt.attempt_id)).length
      return { waiting: all.length - refused.length, unsaved, refused: own, refused_others: refused.length - own, is_running: Boolean(running), last_at, failure: found }
    },
    onChange: changed.add,
    dismiss: (attempt_id) => outbox.remove(outbox.all()
      .filter((item) => item.state === 'refused' && item.attempt.attempt_id === attempt_id)
      .map((item) => item.attempt.attempt_id)),
    queued: outbox.all,
    isKept: outbox.isKept,
  }
}

module.exports = { createSync }

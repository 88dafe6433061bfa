/** Others whom staff check in: kept before they are sent, each with an answer of its own; without a network they wait in the queue. */

const { asFailure } = require('../core/failure')
const { only } = require('../core/fields')
const { toRfc3339 } = require('../core/time')
const { compact, isFinal } = require('./attempts')

// Per request; the server takes 200.
const AT_ONCE = 100

/**
 * @param {object} parts
 * @param {import('./transport').Transport} parts.transport
 * @param {import('./api').Api} parts.api
 * @param {import('./client_config').ClientConfig} parts.config
 * @param {import('./identifiers').Identifiers} parts.identifiers
 * @param {import('./outbox').Outbox} parts.outbox
 * @param {import('./attempts').Attempts} parts.attempts
 * @param {import('./settle').Settle} parts.settle
 */
const createStaffCheckins = ({ transport, api, config, identifiers, outbox, attempts, settle }) => {
  const itemOf = async (/** @type {StaffWish} */ { activity, who, direction, gate, attempt_id, is_door = false }) => ({ is_door, ...attempts.queuedOf(compact({
    attempt_id: attempt_id || await identifiers.newId(),
    method: 'staff',
    activity_id: activity.id,
    ...who,
    direction,
    gate,
    device_id: await identifiers.deviceId(),
    // By the server's clock as far as it is known: at a door without a network nothing else says when it was.
    claimed_at: toRfc3339(transport.serverNow()),
  }), activity.title) })

  /** What the server said of each; a permanent no leaves the queue too, for whoever asked reads it now. */
  const take = (/** @type {Queued[]} */ items, /** @type {any[]} */ results, /** @type {string} */ request_id) => {
    const is_passing = (/** @type {any} */ result) => !result.outcome && result.retryable
    settle(items.flatMap((queued, index) => {
      const { message = '', problem = {}, receipt } = results[index]
      const failure = { kind: /** @type {const} */ ('problem'), message, receipt, retry_after_s: problem.retry_after_s }
      return is_passing(results[index]) ? [{ queued, checkin: null, message, request_id, failure, is_final: false }] : []
    }))
    outbox.remove(items.filter((_, index) => !is_passing(results[index])).map((item) => item.attempt.attempt_id))
  }

  const send = async (/** @type {string} */ activity_id, /** @type {Queued[]} */ items, /** @type {number | undefined} */ timeout_ms) => {
    const body = { checkins: items.map((item) => only(item.attempt, config.features().staff_fields)) }
    const call = { method: /** @type {const} */ ('POST'), path: `/v1/activities/${activity_id}/checkins/batch`, body, timeout_ms, is_urgent: true }
    const once = () => api.send({ ...call, tries: timeout_ms ? 1 : 2, owner_id: items[0].owner_id })
    try {
      // Whoever is told to go on in a moment does; a network that is none is not waited for twice.
      const reply = await once().catch(async (/** @type {unknown} */ thrown) => {
        const found = asFailure(thrown)
        if (found.status !== 429 || !(await transport.pause(found, 1))) throw thrown
        return once()
      })
      take(items, reply.body.results, reply.request_id)
      return reply.body.results
    } catch (thrown) {
      const found = asFailure(thrown)
      if (!isFinal(found)) return null
      outbox.remove(items.map((item) => item.attempt.attempt_id))
      throw found
    }
  }

  /**
   * Checks people in to one activity.
   *
   * @param {StaffWish[]} wishes
   * @param {number} [timeout_ms] Who does not wait for longer finds them in the queue; 0: they are not sent from here at all.
   * @returns {Promise<{ results: any[] | null, is_kept: boolean }>} `results` null: what was not sent waits.
   */
  return async (wishes, timeout_ms) => {
    const items = await Promise.all(wishes.map(itemOf))
    return outbox.whileFlying(items.map((item) => item.attempt.attempt_id), async () => {
      const is_kept = outbox.add(items)
      if (timeout_ms === 0) return { results: null, is_kept }
      const results = []
      for (let index = 0; index < items.length; index += AT_ONCE) {
        const some = await send(wishes[0].activity.id, items.slice(index, index + AT_ONCE), timeout_ms)
        if (!some) return { results: null, is_kept }
        results.push(...some)
      }
      return { results, is_kept }
    })
  }
}

/** @typedef {ReturnType<typeof createStaffCheckins>} StaffCheckins */

module.exports = { createStaffCheckins }

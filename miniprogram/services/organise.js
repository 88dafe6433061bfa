/** What organisers and staff do. */

const { asFailure } = require('../core/failure')
const { only } = require('../core/fields')
const { everyPage } = require('../core/pages')
const { toRfc3339 } = require('../core/time')
const { compact, isFinal } = require('./attempts')
const { createLive } = require('./live')
const { createOpening } = require('./opening')

const PAGE_SIZE = 50
// Per request; the server takes 200.
const STAFF_AT_ONCE = 100

/**
 * @param {object} parts
 * @param {Platform} parts.platform
 * @param {import('./transport').Transport} parts.transport
 * @param {import('./session').SessionWithTokens} parts.session
 * @param {import('./api').Api} parts.api
 * @param {import('./client_config').ClientConfig} parts.config
 * @param {import('./identifiers').Identifiers} parts.identifiers
 * @param {import('./outbox').Outbox} parts.outbox
 * @param {import('./attempts').Attempts} parts.attempts
 * @param {import('./settle').Settle} parts.settle
 * @returns {OrganiseService}
 */
const createOrganise = ({ platform, transport, session, api, config, identifiers, outbox, attempts, settle }) => {
  const { newId } = identifiers
  const at = (/** @type {string} */ activity_id) => `/v1/activities/${activity_id}`

  /** Publishing, closing, opening again and calling off twice change nothing, so they are sent again. */
  const move = async (/** @type {string} */ activity_id, /** @type {'publish' | 'close' | 'reopen' | 'cancel'} */ verb) =>
    (await api.send({ method: 'POST', path: `${at(activity_id)}/${verb}`, tries: 3 })).body

  const create = (/** @type {Record<string, unknown>} */ draft) => api.once('/v1/activities', draft)

  /** @type {OrganiseService['stats']} */
  const stats = (activity_id) => api.get(`${at(activity_id)}/stats`)

  const staffItem = async (/** @type {Activity} */ activity, /** @type {string} */ user_id, /** @type {Direction} */ direction, /** @type {string | undefined} */ gate) => {
    const attempt = compact({
      attempt_id: await newId(),
      method: 'staff',
      activity_id: activity.id,
      user_id,
      direction,
      gate,
      device_id: await identifiers.deviceId(),
      claimed_at: toRfc3339(platform.now()),
    })
    return attempts.queuedOf(attempt, activity.title)
  }

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

  const letIn = async (/** @type {string} */ activity_id, /** @type {Queued[]} */ items) => {
    const body = { checkins: items.map((item) => only(item.attempt, config.features().staff_fields)) }
    const call = { method: /** @type {const} */ ('POST'), path: `${at(activity_id)}/checkins/batch`, body, tries: 2 }
    try {
      const reply = await api.send({ ...call, owner_id: items[0].owner_id, is_urgent: true })
      take(items, reply.body.results, reply.request_id)
      return reply.body.results
    } catch (thrown) {
      const found = asFailure(thrown)
      if (!isFinal(found)) return null
      outbox.remove(items.map((item) => item.attempt.attempt_id))
      throw found
    }
  }

  /** @type {OrganiseService['checkInOthers']} */
  const checkInOthers = async (activity, user_ids, direction, gate) => {
    const items = await Promise.all(user_ids.map((user_id) => staffItem(activity, user_id, direction, gate)))
    return outbox.whileFlying(items.map((item) => item.attempt.attempt_id), async () => {
      const is_kept = outbox.add(items)
      const results = []
      for (let index = 0; index < items.length; index += STAFF_AT_ONCE) {
        const some = await letIn(activity.id, items.slice(index, index + STAFF_AT_ONCE))
        if (!some) return { results: null, is_kept }
        results.push(...some)
      }
      return { results, is_kept }
    })
  }

  return {
    activities: (page_token = '') => api.get('/v1/activities', { page_size: PAGE_SIZE, page_token }),
    draft: create,
    opening: () => createOpening(create, move),
    get: (activity_id) => api.get(at(activity_id)),
    publish: (activity_id) => move(activity_id, 'publish'),
    close: (activity_id) => move(activity_id, 'close'),
    reopen: (activity_id) => move(activity_id, 'reopen'),
    cancel: (activity_id) => move(activity_id, 'cancel'),
    change: async ({ id, revision }, changes) => (await api.send({ method: 'PUT', path: at(id), body: { revision, ...changes }, tries: 3 })).body,
    copy: (activity_id, starts_at) => api.once(`${at(activity_id)}/copy`, { starts_at }),
    rehearse: async (activity_id) => (await api.send({ method: 'POST', path: `${at(activity_id)}/rehearsal` })).body,
    remove: async (activity_id) => { await api.send({ method: 'DELETE', path: at(activity_id) }) },
    qr: (activity_id) => api.get(`${at(activity_id)}/qr`),
    revokeQr: async (activity_id) => (await api.send({ method: 'POST', path: `${at(activity_id)}/qr/revoke` })).body,
    stats,
    live: createLive(platform, transport, session, stats),
    people: (activity_id, filter = {}) => api.get(`${at(activity_id)}/people`, { page_size: PAGE_SIZE, ...filter }),
    crew: (activity_id) => everyPage((page_token) => api.get(`${at(activity_id)}/staff`, { page_size: PAGE_SIZE, page_token }), 'staff', 'user_id'),
    dismiss: async (activity_id, user_id) => { await api.send({ method: 'DELETE', path: `${at(activity_id)}/staff/${user_id}` }) },
    displays: async (activity_id) => (await api.get(`${at(activity_id)}/displays`)).displays,
    // A repeat would make another link.
    makeDisplay: async (activity_id, display) => (await api.send({ method: 'POST', path: `${at(activity_id)}/displays`, body: display })).body,
    endDisplay: async (activity_id, display_id) => { await api.send({ method: 'DELETE', path: `${at(activity_id)}/displays/${display_id}` }) },
    checkInOthers,
    reviews: (filter) => api.get('/v1/reviews', { page_size: PAGE_SIZE, ...filter }),
    decide: (review, decision, reason) =>
      api.once(`/v1/reviews/${review.id}/${decision}`, compact({ revision: review.revision, reason })),
    decideOffline: async (occurrence_id, decision, reason) =>
      (await api.once('/v1/reviews/batch', compact({ decision, reason, occurrence_id, offline: true }))).results,
    annul: (checkin_id, reason, revision) => api.once(`/v1/checkins/${checkin_id}/annul`, compact({ reason, revision })),
  }
}

module.exports = { createOrganise }

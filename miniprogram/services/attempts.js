/** Attempts: made once, kept before they are sent, sent again unchanged. */

const { codeIn } = require('../core/code')
const { asFailure, isPassing } = require('../core/failure')
const { only } = require('../core/fields')
const texts = require('../texts/services')

const TIMEOUT_MS = 8000
const TRIES = 3
const WITH_TOKEN = ['qr', 'nfc']

/**
 * @typedef {Parameters<CheckinsService['checkIn']>[0]} Entry
 * @typedef {{ fix: Fix | null, locate_ms: number, wifi: Wifi | null, claimed_at: string }} Evidence
 */

/** Leaves out what is not there. */
const compact = (/** @type {any} */ body) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== null && value !== ''))

/**
 * Whether the server will never take it, however often it is sent. That nobody is signed in says nothing about it.
 *
 * @param {Failure} found
 */
const isFinal = (found) => found.kind === 'problem' && !isPassing(found) && found.status !== 401

/** The server's sentence about the attempt, where it said one; not about the sign-in. */
const sentenceOf = (/** @type {Failure} */ found) =>
  (found.status !== 401 && found.body && found.body.message) || (isFinal(found) ? texts.rejected : '')

/**
 * @param {Platform} platform
 * @param {import('./transport').Transport} transport
 * @param {import('./api').Api} api
 * @param {import('./client_config').ClientConfig} config
 * @param {import('./identifiers').Identifiers} identifiers
 * @param {import('./outbox').Outbox} outbox
 * @param {import('./settle').Settle} settle
 */
const createAttempts = (platform, transport, api, config, identifiers, outbox, settle) => {
  let stopWaiting = () => {}

  const locationOf = (/** @type {Fix} */ { fixed_at, ...place }) =>
    ({ ...place, age_ms: Math.max(0, Math.round(platform.now() - fixed_at)) })

  const clientOf = (/** @type {Entry} */ entry, /** @type {Evidence} */ evidence) => ({
    scene: Math.round(entry.scene || 0),
    scan_ms: Math.round(entry.scan_ms || 0),
    locate_ms: Math.round(evidence.locate_ms),
    platform: platform.info().platform.slice(0, 64),
    app_version: platform.info().app_version.slice(0, 64),
  })

  const bodyOf = async (/** @type {Entry} */ entry, /** @type {Evidence} */ evidence) => compact({
    attempt_id: await identifiers.newId(),
    method: entry.method,
    token: WITH_TOKEN.includes(entry.method) ? entry.token : undefined,
    code: entry.method === 'code' ? codeIn(entry.code || '') : undefined,
    activity_id: entry.method === 'place' ? entry.activity_id : undefined,
    direction: entry.direction || 'in',
    gate: entry.gate,
    location: evidence.fix ? locationOf(evidence.fix) : undefined,
    wifi: evidence.wifi,
    device_id: await identifiers.deviceId(),
    claimed_at: evidence.claimed_at,
    client: clientOf(entry, evidence),
  })

  /** What is sent of an attempt: what this server takes, and how old it is by now. */
  const wire = (/** @type {Queued} */ { attempt, queued_at }) => {
    const { staff_fields, checkin_fields } = config.features()
    if (attempt.method === 'staff') return only(attempt, ['method', 'activity_id', ...staff_fields])
    const elapsed_ms = Math.min(Math.max(0, Math.round(platform.now() - queued_at)), 2 ** 32 - 1)
    return only({ ...attempt, elapsed_ms }, checkin_fields)
  }

  const queuedOf = (/** @type {any} */ attempt, /** @type {string} */ title) => ({
    attempt,
    owner_id: outbox.ownerId(),
    queued_at: platform.now(),
    state: /** @type {const} */ ('waiting'),
    title,
    tries: 0,
    next_at: 0,
    message: '',
  })

  /** The body of one send, and what the server said to it. */
  const say = async (/** @type {Queued} */ queued) => {
    const call = { method: /** @type {const} */ ('POST'), path: '/v1/checkins', body: wire(queued), timeout_ms: TIMEOUT_MS }
    const reply = await api.send({ ...call, is_urgent: true, owner_id: queued.owner_id })
    return { queued, ...reply.body, request_id: reply.request_id, failure: null, is_final: true }
  }

  const verdictOf = (/** @type {Queued} */ queued, /** @type {Failure} */ found) => ({
    queued,
    // A refusal is an answer: the attempt is on the record.
    checkin: found.status === 422 && found.body ? found.body.checkin || null : null,
    message: sentenceOf(found),
    request_id: found.request_id || '',
    failure: found,
    is_final: isFinal(found),
  })

  /** The verdict on an attempt, after at most three tries; a receipt goes along with the next one. */
  const judge = async (/** @type {Queued} */ first) => {
    let queued = first
    for (let tried = 1; ; tried += 1) {
      try {
        return await say(queued)
      } catch (thrown) {
        const found = asFailure(thrown)
        if (found.receipt) queued = { ...queued, attempt: { ...queued.attempt, receipt: found.receipt } }
        const is_over = isFinal(found) || found.reason === 'ACCOUNT_CHANGED' || tried === TRIES
        if (is_over || !(await transport.pause(found, tried))) return verdictOf(queued, found)
      }
    }
  }

  /** What is true of an answer by now: one that waits does so on the storage, in memory, or not at all any more. */
  const standing = (/** @type {CheckinAnswer} */ answer) => {
    if (answer.state === 'answered') return answer
    if (!outbox.get(answer.attempt_id)) return null
    return { ...answer, state: outbox.isKept(answer.attempt_id) ? /** @type {const} */ ('saved') : /** @type {const} */ ('unsaved') }
  }

  /** As if there were no network: the answer of somebody who does not wait. @returns {Promise<CheckinAnswer>} */
  const unwaited = (/** @type {Queued} */ queued) => new Promise((resolve) => {
    stopWaiting = () => resolve(settle([{ queued, checkin: null, message: '', request_id: '', failure: null, is_final: false }])[0])
  })

  /**
   * Makes an attempt, keeps it, sends it.
   *
   * @param {Entry} entry
   * @param {Evidence} evidence
   * @returns {Promise<CheckinAnswer>} Of state `unsaved` when it could be neither kept nor sent; as long as the program
   *   runs it is tried again all the same.
   */
  const make = async (entry, evidence) => {
    const attempt = only(await bodyOf(entry, evidence), config.features().checkin_fields)
    const queued = queuedOf(attempt, entry.title || '')
    const sent = outbox.whileFlying([queued.attempt.attempt_id], async () => {
      outbox.add([queued])
      return settle([await judge(queued)])[0]
    })
    const answer = await Promise.race([sent, unwaited(queued)])
    stopWaiting = () => {}
    return standing(answer) || answer
  }

  return { make, saveForLater: () => stopWaiting(), standing, wire, queuedOf }
}

/** @typedef {ReturnType<typeof createAttempts>} Attempts */

module.exports = { createAttempts, compact, isFinal, sentenceOf }

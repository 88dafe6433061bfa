/** Failures: one shape for what the network, the server and the phone say no with. */

/**
 * A failure of the phone or of the way to the server.
 *
 * @param {Failure['kind']} kind
 * @param {string} message For developers, unless texts say otherwise.
 * @param {Partial<Failure>} [more]
 * @returns {Failure}
 */
const failure = (kind, message, more = {}) => ({ kind, message, ...more })

/**
 * What the server's problem+json says.
 *
 * @param {{ status: number, body: any, headers: Record<string, string> }} reply
 * @param {string} request_id
 * @returns {Failure}
 */
const problemOf = (reply, request_id) => {
  const body = reply.body && typeof reply.body === 'object' ? reply.body : {}
  const found = failure('problem', body.message || body.detail || '', { status: reply.status, request_id, body })
  if (body.reason) found.reason = body.reason
  if (body.receipt) found.receipt = body.receipt
  if (body.errors) found.errors = body.errors
  const retry_after_s = Number(body.retry_after_s || reply.headers['retry-after'])
  if (retry_after_s > 0) found.retry_after_s = retry_after_s
  return found
}

/**
 * Anything that was thrown as a failure: what is none is a fault of ours.
 *
 * @param {any} thrown
 * @returns {Failure}
 */
const asFailure = (thrown) => (thrown && thrown.kind ? thrown : failure('failed', String((thrown && thrown.message) || thrown)))

/**
 * Whether the same request may succeed later without anybody changing anything.
 *
 * @param {Failure} found
 */
const isPassing = (found) => {
  if (found.kind === 'problem') return (found.status || 0) >= 500 || found.status === 429 || found.status === 408
  return ['offline', 'timeout', 'interrupted', 'failed'].includes(found.kind)
}

/**
 * What a failure looks like, by the name of an icon: no way to the server, trouble there, or nothing to be found.
 *
 * @param {Failure} found
 */
const pictureOf = (found) => {
  if (['offline', 'timeout', 'interrupted'].includes(found.kind)) return 'offline'
  return found.kind === 'problem' && (found.status || 0) < 500 ? 'empty' : 'server'
}

module.exports = { failure, problemOf, asFailure, isPassing, pictureOf }

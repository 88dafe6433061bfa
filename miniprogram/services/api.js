/** Calls in the name of the person: with their token, renewed once when the server refuses it. */

const { asFailure, failure } = require('../core/failure')
const { isFinal } = require('./attempts')

/**
 * @typedef {import('./transport').Call & { owner_id?: string, key?: string }} OwnCall
 *   owner_id: sent in this person's name or not at all. key: makes a repeat harmless (Idempotency-Key), and so possible.
 */

/**
 * A query string of what is not empty.
 *
 * @param {Record<string, string | number | undefined>} parameters
 */
const query = (parameters) => {
  const named = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  return named.length ? `?${named.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}` : ''
}

/** The token; a refused sign-in says nothing about the call that needed it, so it reads as 401. */
const signedIn = async (/** @type {Promise<string>} */ token) => {
  try {
    return await token
  } catch (thrown) {
    const found = asFailure(thrown)
    throw found.kind === 'problem' && (found.status || 0) < 500 && found.status !== 429 ? { ...found, status: 401 } : found
  }
}

/**
 * @param {import('./transport').Transport} transport
 * @param {import('./session').SessionWithTokens} session
 * @param {() => Promise<string>} newId
 */
const createApi = (transport, session, newId) => {
  /** Keys of what was asked and not answered yet. @type {Map<string, Promise<string>>} */
  const keys = new Map()

  const sendWith = (/** @type {OwnCall} */ call, /** @type {string} */ token) => {
    if (call.owner_id && call.owner_id !== session.ownerId()) {
      throw failure('failed', 'the account changed', { reason: 'ACCOUNT_CHANGED' })
    }
    const { key, ...rest } = call
    const headers = { ...call.headers, authorization: `Bearer ${token}`, ...(key ? { 'idempotency-key': key } : {}) }
    return transport.send({ ...rest, headers, tries: call.tries || (key ? 3 : undefined) })
  }

  /**
   * Sends a call.
   *
   * @param {OwnCall} call
   * @returns {Promise<import('./transport').Reply>} Rejects with a Failure.
   */
  const send = async (call) => {
    const token = await signedIn(session.token())
    try {
      return await sendWith(call, token)
    } catch (thrown) {
      if (asFailure(thrown).status !== 401) throw thrown
      return sendWith(call, await signedIn(session.renew(token)))
    }
  }

  /**
   * The body of a GET.
   *
   * @param {string} path
   * @param {Record<string, string | number | undefined>} [parameters]
   */
  const get = async (path, parameters = {}) => (await send({ method: 'GET', path: path + query(parameters) })).body

  /**
   * The body of a POST that takes effect once, however often it is asked for until its answer comes: the same person
   * asking for the same has the same key, and who asks for something else has another one.
   *
   * @param {string} path
   * @param {unknown} body
   */
  const once = async (path, body) => {
    const asked = JSON.stringify([session.ownerId(), path, body])
    const key = keys.get(asked) || newId()
    keys.set(asked, key)
    try {
      const reply = await send({ method: 'POST', path, body, key: await key })
      keys.delete(asked)
      return reply.body
    } catch (thrown) {
      if (isFinal(asFailure(thrown))) keys.delete(asked)
      throw thrown
    }
  }

  return { send, get, once }
}

/** @typedef {ReturnType<typeof createApi>} Api */

module.exports = { createApi, query }

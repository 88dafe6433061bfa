/**
 * Who the person is: tokens and profile. Tokens are renewed in the background at half of their life, so that nobody
 * waits for a sign-in at a door; however many need one at the same time, there is one renewal.
 */

const { asFailure, failure } = require('../core/failure')
const { listeners } = require('../core/listeners')

const KEY = 'session'
// A token that ends within this time may be over when it arrives.
const NEARLY_MS = 30000
const SIGN_IN_MS = 15000

/** @typedef {{ access_token: string, refresh_token: string, got_at: number, expires_in_s: number, user: User }} Session */

/**
 * The session of this phone.
 *
 * @param {Platform} platform
 * @param {import('./transport').Transport} transport
 * @param {() => Promise<string>} deviceId
 */
const createSession = (platform, transport, deviceId) => {
  /** @type {Session | null} */
  let session = platform.read(KEY)
  /** @type {Promise<string> | null} */
  let renewing = null
  const changed = listeners()

  const keep = (/** @type {Session | null} */ next) => {
    const before = session && JSON.stringify(session.user)
    session = next
    try {
      if (next) platform.write(KEY, next)
      else platform.remove(KEY)
    } catch (thrown) {
      // Without storage one signs in again at the next start; this run goes on.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
    if ((next && JSON.stringify(next.user)) !== before) changed.tell(next && next.user)
  }

  const take = (/** @type {any} */ said) => {
    const { access_token, refresh_token, expires_in, user } = said
    keep({ access_token, refresh_token, got_at: platform.now(), expires_in_s: expires_in, user })
    return access_token
  }

  const signIn = async () => {
    const code = await platform.login()
    return take((await transport.send({ method: 'POST', path: '/v1/auth/wechat', body: { code }, timeout_ms: SIGN_IN_MS, is_urgent: true })).body)
  }

  const refresh = async (/** @type {string} */ refresh_token) => {
    try {
      // The server gives the same device the same successor for 120 s, so a second try is harmless.
      const body = { refresh_token, device_id: await deviceId() }
      const call = /** @type {const} */ ({ method: 'POST', path: '/v1/auth/refresh', body, tries: 2, is_urgent: true })
      return take((await transport.send(call)).body)
    } catch (thrown) {
      const found = asFailure(thrown)
      if (found.kind !== 'problem' || (found.status || 0) >= 500 || found.status === 429) throw found
      return signIn()
    }
  }

  /**
   * A new access token; all who ask meanwhile get the same.
   *
   * @param {string} [used] The token that was refused: nothing is done when there is another one by now.
   * @returns {Promise<string>}
   */
  const renew = (used) => {
    if (session && used && session.access_token !== used) return Promise.resolve(session.access_token)
    if (!renewing) {
      renewing = (session ? refresh(session.refresh_token) : signIn()).finally(() => { renewing = null })
    }
    return renewing
  }

  /** The access token, from memory whenever it still lives. */
  const token = async () => {
    if (!session) return renew()
    const age_ms = platform.now() - session.got_at
    const life_ms = session.expires_in_s * 1000
    // An age below zero: the phone's clock was set back, and nothing is known of the token.
    if (age_ms < 0 || age_ms > life_ms - NEARLY_MS) return renew()
    if (age_ms > life_ms / 2) renew().catch(() => { /* It lives on; the next call tries again. */ })
    return session.access_token
  }

  const user = () => (session ? session.user : null)

  const ensure = async () => {
    await token()
    const found = user()
    if (!found) throw failure('failed', 'signed out meanwhile')
    return found
  }

  const authorised = async () => ({ authorization: `Bearer ${await token()}` })

  /** @type {SessionService['setName']} */
  const setName = async (name) => {
    const call = { method: /** @type {const} */ ('PUT'), path: '/v1/me', body: { name }, tries: 2 }
    const { body } = await transport.send({ ...call, headers: await authorised() })
    if (session) keep({ ...session, user: body })
    return body
  }

  const signOut = async () => {
    const ending = session
    keep(null)
    if (!ending) return
    const headers = { authorization: `Bearer ${ending.access_token}` }
    // Gone from this phone either way; offline, the server's copy ends by its age.
    await transport.send({ method: 'POST', path: '/v1/auth/logout', headers }).catch(() => null)
  }

  return { user, ensure, setName, signOut, onChange: changed.add, token, renew, ownerId: () => (session ? session.user.id : '') }
}

/** @typedef {ReturnType<typeof createSession>} SessionWithTokens */

module.exports = { createSession }

/**
 * The keys by which this phone draws its person's code without a network: fetched whenever there is one, kept encrypted,
 * and good for this period of thirty days and the next.
 */

const { fromBase64Url } = require('../core/bytes')
const { asFailure, failure } = require('../core/failure')
const { activityKey, draw } = require('../core/person_code')
const { parseTime, since } = require('../core/time')

const NONCE_BYTES = 4
const ASK_AGAIN_MS = 3600000
// Who opens the page again may have been told that the code is no good.
const FRESH_MS = 60000
// Of so many activities it is remembered what one is called there.
const KEPT = 20

/** `who`: what one is called, by activity. @typedef {{ user_id: string, keys: { key: string, valid_from: string, valid_until: string }[], who?: Record<string, OwnName> }} Keys */

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {ParticipantsService} participants
 * @param {() => number} serverNow
 * @returns {OwnCodeService}
 */
const createOwnCode = (platform, session, api, participants, serverNow) => {
  const keyOf = (/** @type {string} */ owner_id) => `code:${owner_id}`
  /** What is known of the keys, and whose they are. @type {{ owner_id: string, keys: Keys | null }} */
  let known = { owner_id: '', keys: null }
  let asked_at = -Infinity

  /** What cannot be read any more is fetched anew. */
  const kept = async () => {
    const owner_id = session.ownerId()
    if (known.owner_id !== owner_id || !known.keys) known = { owner_id, keys: owner_id ? await platform.readSealed(keyOf(owner_id)).catch(() => null) : null }
    return known.keys
  }

  const keep = async (/** @type {Keys} */ keys) => {
    const owner_id = keys.user_id
    known = { owner_id, keys }
    await platform.writeSealed(keyOf(owner_id), keys).catch((/** @type {unknown} */ thrown) => {
      // They hold for this run then.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    })
    // Signed out while it was written.
    if (session.ownerId() !== owner_id) platform.remove(keyOf(owner_id))
    return keys
  }

  const fetch = async () => {
    await session.ensure()
    asked_at = platform.now()
    const { user_id, keys } = await api.get('/v1/me/code')
    if (user_id !== session.ownerId()) throw failure('failed', 'the account changed', { reason: 'ACCOUNT_CHANGED' })
    const before = await kept()
    return keep({ user_id, keys, who: before ? before.who : {} })
  }

  const at = (/** @type {Keys | null} */ keys, /** @type {number} */ now) =>
    (keys ? keys.keys : []).find((one) => parseTime(one.valid_from) <= now && now < parseTime(one.valid_until))

  /** Whether the last of the keys is in use: the next period has none yet. */
  const isDue = (/** @type {Keys | null} */ keys) => {
    const found = at(keys, serverNow())
    return !found || !keys || keys.keys.every((one) => parseTime(one.valid_from) <= parseTime(found.valid_from))
  }

  /** @type {OwnCodeService['refresh']} */
  const refresh = async (is_wanted = false) => {
    const age_ms = since(asked_at, platform.now())
    if (is_wanted ? age_ms < FRESH_MS : age_ms < ASK_AGAIN_MS || !isDue(await kept())) return
    await fetch().catch(() => { /* As far as the kept ones reach, they do. */ })
  }

  /** The key of now: as kept, else as the server gives it. */
  const keyNow = async () => {
    const found = at(await kept(), serverNow())
    if (found) return found
    const is_old = Boolean(known.keys)
    const fetched = await fetch().catch((/** @type {unknown} */ thrown) => {
      throw { ...asFailure(thrown), reason: is_old ? 'CODE_KEYS_OLD' : 'CODE_KEYS_MISSING' }
    })
    const fresh = at(fetched, serverNow())
    if (!fresh) throw failure('failed', 'no key for this moment', { reason: 'CODE_KEYS_OLD' })
    return fresh
  }

  session.onChange(() => platform.keys()
    .filter((key) => key.startsWith(keyOf('')) && key !== keyOf(session.ownerId()))
    .forEach((key) => platform.remove(key)))

  return {
    refresh,
    who: async (activity_id) => {
      const before = await kept()
      const { name = '' } = session.user() || {}
      const own = await participants.ownEntry(activity_id).catch(() => null)
      if (!own) return (before && before.who && before.who[activity_id]) || { name, group: '' }
      const found = own.entry ? { name: own.entry.name, group: own.entry.group || '' } : { name, group: '' }
      const keys = await kept()
      if (keys) await keep({ ...keys, who: Object.fromEntries([...Object.entries({ ...keys.who, [activity_id]: found })].slice(-KEPT)) })
      return found
    },
    draw: async (activity_id) => {
      const { key } = await keyNow()
      const { user_id } = /** @type {Keys} */ (known.keys)
      const issued_at = Math.floor(serverNow() / 1000)
      const nonce = await platform.randomBytes(NONCE_BYTES)
      const person_key = /** @type {Uint8Array} */ (fromBase64Url(key))
      return { text: draw({ key: activityKey(person_key, activity_id), user_id, activity_id, issued_at, nonce }), issued_at: issued_at * 1000 }
    },
  }
}

module.exports = { createOwnCode }

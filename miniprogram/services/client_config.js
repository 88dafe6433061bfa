/** What this server takes. A phone leaves out everything that is not named, so that a rollback never refuses a check-in. */

const { isBefore } = require('../core/version')

const KEY = 'config'
const FRESH_MS = 600000

/** What every server so far has taken; for a first start without a network. */
const FIRST = {
  min_version: '0.0.0',
  features: {
    checkin_methods: ['qr', 'code', 'place'],
    checkin_fields: [
      'attempt_id', 'method', 'token', 'code', 'activity_id', 'direction', 'gate', 'location', 'wifi', 'device_id',
      'claimed_at', 'elapsed_ms', 'receipt', 'client',
    ],
    staff_fields: ['attempt_id', 'user_id', 'direction', 'gate', 'device_id', 'claimed_at', 'receipt'],
    sync_fields: ['attempts', 'cursor'],
    event_fields: ['name', 'took_ms', 'reason', 'platform'],
  },
}

/**
 * @param {Platform} platform
 * @param {import('./transport').Transport} transport
 */
const createClientConfig = (platform, transport) => {
  /** @type {{ at: number, said: any }} */
  let known = platform.read(KEY) || { at: 0, said: FIRST }
  /** @type {Promise<void> | null} */
  let asking = null

  const ask = async () => {
    const { body } = await transport.send({ method: 'GET', path: '/v1/client-config', is_urgent: true })
    known = { at: platform.now(), said: body }
    platform.write(KEY, known)
  }

  /** Asks again when what is known is old. Never fails: what was known goes on to hold. */
  const refresh = () => {
    const age_ms = platform.now() - known.at
    if (age_ms >= 0 && age_ms < FRESH_MS) return Promise.resolve()
    if (!asking) {
      const end = () => { asking = null }
      asking = ask().then(end, end)
    }
    return asking
  }

  const features = () => ({ ...FIRST.features, ...known.said.features })

  return {
    refresh,
    features,
    said: () => known.said,
    isOutdated: () => isBefore(platform.info().app_version, known.said.min_version || '0'),
  }
}

/** @typedef {ReturnType<typeof createClientConfig>} ClientConfig */

module.exports = { createClientConfig }

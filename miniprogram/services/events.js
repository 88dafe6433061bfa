/** How long things took and what failed, of a sample of people, told to the server later and never waited for. */

const { only } = require('../core/fields')

const RATE = 0.1
const AT_ONCE = 20
const LATER_MS = 10000
// What the server counts; one word that it does not know would spoil all that go with it.
const NAMES = ['scan_cancelled', 'scan_failed', 'tap_to_answer', 'locate', 'locate_failed', 'sync']
const REASONS = ['denied', 'timeout', 'offline', 'interrupted', 'unsupported', 'not_ours']
const PLATFORMS = ['ios', 'android', 'ohos', 'devtools']
const LONGEST_MS = 600000

/** An event in the server's words. */
const wire = (/** @type {Parameters<EventsService['add']>[0]} */ { name, took_ms, reason, activity_id }, /** @type {string} */ platform) => {
  /** @type {Record<string, string | number>} */
  const event = { name, platform: PLATFORMS.includes(platform) ? platform : 'other' }
  if (took_ms !== undefined) event.took_ms = Math.min(LONGEST_MS, Math.max(0, Math.round(took_ms)))
  if (reason) event.reason = REASONS.includes(reason) ? reason : 'failed'
  if (activity_id) event.activity_id = activity_id
  return event
}

/**
 * @param {Platform} platform
 * @param {import('./api').Api} api
 * @param {import('./client_config').ClientConfig} config
 * @param {() => number} chance From 0 to 1.
 * @returns {EventsService}
 */
const createEvents = (platform, api, config, chance = Math.random) => {
  /** @type {object[]} */
  let waiting = []
  let timer = 0

  const flush = async () => {
    clearTimeout(timer)
    timer = 0
    const events = waiting
    waiting = []
    try {
      await api.send({ method: 'POST', path: '/v1/client-events', body: { events } })
    } catch {
      // A sample with a hole is still a sample.
    }
  }

  return {
    add(event) {
      const rate = config.said().event_sample_rate
      if (!NAMES.includes(event.name) || chance() >= (typeof rate === 'number' ? rate : RATE)) return
      waiting.push(only(wire(event, platform.info().platform), config.features().event_fields))
      if (waiting.length >= AT_ONCE) flush()
      else if (!timer) timer = setTimeout(flush, LATER_MS)
    },
  }
}

module.exports = { createEvents }

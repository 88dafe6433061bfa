/** Where the phone is while somebody checks in: looked for as early as possible, waited for as little as possible. */

const { asFailure } = require('../core/failure')
const { later, since, within } = require('../core/time')

const PATIENCE_MS = 5000
const PRECISE_PATIENCE_MS = 8000
// WeChat gives the same position again until then; see platform/location.js.
const RENEWED_MS = 30000

/** @typedef {{ fix: Fix | null, locate_ms: number, failure: Failure | null }} Found */

/** @param {Platform} platform */
const createPositions = (platform) => {
  /** @type {Fix | null} */
  let last = null
  /** @type {Promise<Found> | null} */
  let running = null

  const look = async (/** @type {boolean} */ isPrecise) => {
    const started_at = platform.now()
    try {
      const fix = await platform.locate({ isPrecise })
      last = fix
      return { fix, locate_ms: platform.now() - started_at, failure: null }
    } catch (thrown) {
      return { fix: null, locate_ms: platform.now() - started_at, failure: asFailure(thrown) }
    }
  }

  const begin = () => {
    if (!running) {
      const looking = look(false)
      running = looking
      // A phone that found nothing may find something the next time it is asked.
      looking.then((found) => { if (!found.fix && running === looking) running = null })
    }
    return running
  }

  const ageMs = () => (last ? since(last.fixed_at, platform.now()) : Infinity)

  const isOld = () => ageMs() >= RENEWED_MS

  const nextInMs = () => Math.max(0, RENEWED_MS - ageMs())

  const patient = async (/** @type {Promise<Found>} */ looking, /** @type {number} */ patience_ms) =>
    (await within(looking, patience_ms)) || { fix: null, locate_ms: patience_ms, failure: null }

  return {
    /** Begins to look, unless there is a position of the last 30 s. */
    prepare() {
      if (last && isOld()) running = null
      begin()
    },

    /** What was found, after 5 s at most. @returns {Promise<Found>} */
    found() {
      if (last && isOld()) running = null
      return patient(begin(), PATIENCE_MS)
    },

    /**
     * A new, precise one; waits until the phone gives one at all.
     *
     * @param {(in_s: number) => void} waiting
     * @returns {Promise<Found>}
     */
    async precise(waiting) {
      for (let wait_ms = nextInMs(); wait_ms > 0; wait_ms = nextInMs()) {
        waiting(Math.ceil(wait_ms / 1000))
        await later(Math.min(wait_ms, 1000))
      }
      running = null
      return patient(look(true), PRECISE_PATIENCE_MS)
    },

    /** The position of the last 30 s, if there is one. */
    latest: () => (isOld() ? null : last),
  }
}

/** @typedef {ReturnType<typeof createPositions>} Positions */

module.exports = { createPositions }

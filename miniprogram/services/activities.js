/** Activities as a participant sees them, and those this phone has met. */

const { codeIn } = require('../core/code')
const { asFailure } = require('../core/failure')
const { later, parseTime, since } = require('../core/time')

const KEPT = 50
// The next one is on every phone's first page: a room of them must not ask all the time.
const FRESH_MS = 60000
// Who scanned without having seen the activity asks for it after the answer, and so does the whole room.
const SPREAD_MS = 2000

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {() => number} serverNow
 * @returns {ActivitiesService}
 */
const createActivities = (platform, session, api, serverNow) => {
  const key = () => `cards:${session.ownerId()}`
  let refreshed_at = -Infinity

  const known = () => /** @type {Card[]} */ (platform.read(key()) || [])

  const isComing = (/** @type {Card} */ card) => card.state !== 'cancelled' && card.state !== 'closed' && parseTime(card.closes_at) > serverNow()

  const keep = (/** @type {Card[]} */ cards) => {
    try {
      platform.write(key(), cards.slice(0, KEPT))
    } catch (thrown) {
      // A reminder of what is next is not worth a failure.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
  }

  const remember = (/** @type {Card} */ card) => {
    keep([card, ...known().filter((one) => one.occurrence_id !== card.occurrence_id && isComing(one))])
    return card
  }

  const upcoming = () => known().filter(isComing).sort((left, right) => parseTime(left.starts_at) - parseTime(right.starts_at))

  const byId = async (/** @type {string} */ activity_id) => {
    try {
      return remember(await api.get('/v1/activities/resolve', { activity_id }))
    } catch (thrown) {
      if (asFailure(thrown).status === 404) keep(known().filter((one) => one.activity_id !== activity_id))
      throw thrown
    }
  }

  /** @type {ActivitiesService['known']} */
  const knownOf = async (activity_id) => {
    const card = known().find((one) => one.activity_id === activity_id)
    // Cards of a version before this one do not say what is asked.
    if (card && card.ask) return card
    await later(Math.random() * SPREAD_MS)
    return byId(activity_id)
  }

  const refresh = async () => {
    const [next] = upcoming()
    if (!next || since(refreshed_at, platform.now()) < FRESH_MS) return
    refreshed_at = platform.now()
    await byId(next.activity_id).catch(() => { /* It is shown as it was known. */ })
  }

  return {
    byToken: async (token) => remember((await api.send({ method: 'POST', path: '/v1/activities/resolve', body: { token }, tries: 3 })).body),
    byCode: async (code) => remember(await api.get('/v1/activities/resolve', { code: codeIn(code) })),
    byId,
    known: knownOf,
    upcoming,
    refresh,
  }
}

module.exports = { createActivities }

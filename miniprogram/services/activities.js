/** Activities as a participant sees them, and those this phone has met. */

const { asFailure } = require('../core/failure')
const { parseTime } = require('../core/time')

const KEPT = 50

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {() => number} serverNow
 * @returns {ActivitiesService}
 */
const createActivities = (platform, session, api, serverNow) => {
  const key = () => `cards:${session.ownerId()}`

  const known = () => /** @type {Card[]} */ (platform.read(key()) || [])

  const isComing = (/** @type {Card} */ card) => card.state !== 'cancelled' && card.state !== 'closed' && parseTime(card.closes_at) > serverNow()

  const remember = (/** @type {Card} */ card) => {
    const others = known().filter((one) => one.occurrence_id !== card.occurrence_id && isComing(one))
    try {
      platform.write(key(), [card, ...others].slice(0, KEPT))
    } catch (thrown) {
      // A reminder of what is next is not worth a failure.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
    return card
  }

  return {
    byToken: async (token) => remember((await api.send({ method: 'POST', path: '/v1/activities/resolve', body: { token }, tries: 3 })).body),
    byCode: async (code) => remember(await api.get('/v1/activities/resolve', { code: code.trim().toUpperCase() })),
    byId: async (activity_id) => remember(await api.get('/v1/activities/resolve', { activity_id })),
    upcoming: () => known().filter(isComing).sort((left, right) => parseTime(left.starts_at) - parseTime(right.starts_at)),
  }
}

module.exports = { createActivities }

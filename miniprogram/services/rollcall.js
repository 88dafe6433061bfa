/** A roll call: who is expected, who came, and what staff say of them, page by page. */

const { asFailure } = require('../core/failure')
const { everyPage } = require('../core/pages')

// As many as the server takes.
const LISTED_AT_ONCE = 200
const EXPECTED_AT_ONCE = 1000
const SAID_AT_ONCE = 200
/** What is said and not answered yet outlives the program. */
const leftAt = (/** @type {string} */ activity_id) => `rollcall_left:${activity_id}`

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {() => Promise<string>} newId
 * @returns {RollcallService}
 */
const createRollcall = (platform, session, api, newId) => {
  const at = (/** @type {string} */ activity_id) => `/v1/activities/${activity_id}`

  const people = (/** @type {string} */ activity_id, /** @type {object} */ filter = {}) =>
    everyPage((page_token) => api.get(`${at(activity_id)}/people`, { page_size: LISTED_AT_ONCE, ...filter, page_token }), 'people', 'user_id')

  /** Where the storage is full it goes on all the same, while the program runs. */
  const keep = (/** @type {Round} */ round) => {
    try {
      if (round.pages.length) platform.write(leftAt(round.activity_id), round)
      else platform.remove(leftAt(round.activity_id))
    } catch (thrown) {
      if (asFailure(thrown).kind !== 'failed') throw thrown
    }
  }

  const pageOf = async (/** @type {Saying} */ saying, /** @type {string} */ occurrence_id, /** @type {number} */ from) =>
    ({ key: await newId(), body: { ...saying, occurrence_id, people: saying.people.slice(from, from + SAID_AT_ONCE) } })

  const pagesOf = (/** @type {Saying} */ saying, /** @type {string} */ occurrence_id) =>
    Array.from({ length: Math.ceil(saying.people.length / SAID_AT_ONCE) }, (_, index) => pageOf(saying, occurrence_id, index * SAID_AT_ONCE))

  return {
    expected: (activity_id) =>
      everyPage((page_token) => api.get(`${at(activity_id)}/door/people`, { page_size: EXPECTED_AT_ONCE, page_token }), 'people', 'user_id'),
    tried: async (activity_id, occurrence_id) => {
      const [tried, excused] = await Promise.all([people(activity_id, { occurrence_id }), people(activity_id, { occurrence_id, answer: 'leave' })])
      return [...excused, ...tried]
    },
    begin: async (activity_id, occurrence_id, does, sayings) => {
      const pages = await Promise.all(sayings.flatMap((saying) => pagesOf(saying, occurrence_id)))
      const total = sayings.reduce((sum, saying) => sum + saying.people.length, 0)
      return { activity_id, owner_id: session.ownerId(), does, total, pages }
    },
    left: (activity_id) => {
      const round = platform.read(leftAt(activity_id))
      return round && round.owner_id === session.ownerId() ? round : null
    },
    go: async (round, told) => {
      keep(round)
      while (round.pages.length) {
        const [{ key, body }] = round.pages
        const call = { method: /** @type {const} */ ('POST'), path: `${at(round.activity_id)}/marks`, body, key, owner_id: round.owner_id }
        const { results } = (await api.send(call)).body
        round.pages.shift()
        keep(round)
        const left = round.pages.reduce((sum, page) => sum + page.body.people.length, 0)
        told({ mark: body.mark, people: body.people, results, done: round.total - left, total: round.total })
      }
    },
    drop: ({ activity_id }) => platform.remove(leftAt(activity_id)),
  }
}

module.exports = { createRollcall }

/** What organisers and staff do. */

const { everyPage } = require('../core/pages')
const texts = require('../texts/index')
const { compact } = require('./attempts')
const { createLive } = require('./live')
const { createOpening } = require('./opening')

const PAGE_SIZE = 50
/** More names than these nobody reads in a message. */
const NAMES_MOST = 100

/**
 * @param {object} parts
 * @param {Platform} parts.platform
 * @param {import('./transport').Transport} parts.transport
 * @param {import('./session').SessionWithTokens} parts.session
 * @param {import('./api').Api} parts.api
 * @param {import('./staff_checkins').StaffCheckins} parts.letIn
 * @returns {OrganiseService}
 */
const createOrganise = ({ platform, transport, session, api, letIn }) => {
  const at = (/** @type {string} */ activity_id) => `/v1/activities/${activity_id}`

  /** Publishing, closing, opening again and calling off twice change nothing, so they are sent again. */
  const move = async (/** @type {string} */ activity_id, /** @type {'publish' | 'close' | 'reopen' | 'cancel'} */ verb) =>
    (await api.send({ method: 'POST', path: `${at(activity_id)}/${verb}`, tries: 3 })).body

  const create = (/** @type {Record<string, unknown>} */ draft) => api.once('/v1/activities', draft)

  /** @type {OrganiseService['stats']} */
  const stats = (activity_id, occurrence_id = '') => api.get(`${at(activity_id)}/stats`, { occurrence_id })

  const people = (/** @type {string} */ activity_id, /** @type {Record<string, string>} */ filter, page_size = PAGE_SIZE) =>
    api.get(`${at(activity_id)}/people`, { page_size, ...filter })

  const namesOf = async (/** @type {string} */ activity_id, /** @type {Record<string, string>} */ filter) => {
    const page = await people(activity_id, filter, NAMES_MOST)
    const names = page.people.map((/** @type {{ name: string }} */ { name }) => name || texts.report.unnamed)
    return page.next_page_token ? [...names, texts.report.others] : names
  }

  /** @type {OrganiseService['checkInOthers']} */
  const checkInOthers = (activity, user_ids, direction, gate) =>
    letIn(user_ids.map((user_id) => ({ activity, who: { user_id }, direction, gate })))

  return {
    activities: (page_token = '') => api.get('/v1/activities', { page_size: PAGE_SIZE, page_token }),
    draft: create,
    opening: () => createOpening(create, move),
    get: (activity_id) => api.get(at(activity_id)),
    publish: (activity_id) => move(activity_id, 'publish'),
    close: (activity_id) => move(activity_id, 'close'),
    reopen: (activity_id) => move(activity_id, 'reopen'),
    cancel: (activity_id) => move(activity_id, 'cancel'),
    change: async ({ id, revision }, changes) => (await api.send({ method: 'PUT', path: at(id), body: { revision, ...changes }, tries: 3 })).body,
    // A window of that number is opened once, however often it is asked for.
    again: async (activity_id, number) => (await api.send({ method: 'POST', path: `${at(activity_id)}/occurrences`, body: { number }, tries: 3 })).body,
    copy: (activity_id, starts_at) => api.once(`${at(activity_id)}/copy`, { starts_at }),
    rehearse: async (activity_id) => (await api.send({ method: 'POST', path: `${at(activity_id)}/rehearsal` })).body,
    remove: async (activity_id) => { await api.send({ method: 'DELETE', path: at(activity_id) }) },
    qr: (activity_id) => api.get(`${at(activity_id)}/qr`),
    revokeQr: async (activity_id) => (await api.send({ method: 'POST', path: `${at(activity_id)}/qr/revoke` })).body,
    stats,
    live: createLive(platform, transport, session, stats),
    people: (activity_id, filter = {}) => people(activity_id, filter),
    named: async (activity_id, occurrence_id = '') => {
      const [absent, late, leave] = await Promise.all([
        namesOf(activity_id, { status: 'absent', occurrence_id }),
        namesOf(activity_id, { punctuality: 'late', occurrence_id }),
        namesOf(activity_id, { answer: 'leave', occurrence_id }),
      ])
      return { absent, late, leave }
    },
    crew: (activity_id) => everyPage((page_token) => api.get(`${at(activity_id)}/staff`, { page_size: PAGE_SIZE, page_token }), 'staff', 'user_id'),
    dismiss: async (activity_id, user_id) => { await api.send({ method: 'DELETE', path: `${at(activity_id)}/staff/${user_id}` }) },
    displays: async (activity_id) => (await api.get(`${at(activity_id)}/displays`)).displays,
    // A repeat would make another link.
    makeDisplay: async (activity_id, display) => (await api.send({ method: 'POST', path: `${at(activity_id)}/displays`, body: display })).body,
    endDisplay: async (activity_id, display_id) => { await api.send({ method: 'DELETE', path: `${at(activity_id)}/displays/${display_id}` }) },
    tags: async (activity_id) => (await api.get(`${at(activity_id)}/nfc-tags`)).tags,
    makeTag: async (activity_id, tag) => (await api.send({ method: 'POST', path: `${at(activity_id)}/nfc-tags`, body: tag })).body,
    revokeTag: async (activity_id, tag_id) => { await api.send({ method: 'DELETE', path: `${at(activity_id)}/nfc-tags/${tag_id}` }) },
    checkInOthers,
    reviews: (filter) => api.get('/v1/reviews', { page_size: PAGE_SIZE, ...filter }),
    decide: (review, decision, reason) =>
      api.once(`/v1/reviews/${review.id}/${decision}`, compact({ revision: review.revision, reason })),
    decideOffline: async (occurrence_id, decision, reason) =>
      (await api.once('/v1/reviews/batch', compact({ decision, reason, occurrence_id, offline: true }))).results,
    annul: (checkin_id, reason, revision) => api.once(`/v1/checkins/${checkin_id}/annul`, compact({ reason, revision })),
  }
}

module.exports = { createOrganise }

/** Organisations: their people, invites and saved places. */

const { everyPage } = require('../core/pages')

const PAGE_SIZE = 50

/**
 * @param {import('./api').Api} api
 * @returns {OrganisationsService}
 */
const createOrganisations = (api) => {
  const at = (/** @type {string} */ organisation_id) => `/v1/organisations/${organisation_id}`
  const member = (/** @type {string} */ organisation_id, /** @type {string} */ user_id) => `${at(organisation_id)}/members/${user_id}`

  const put = async (/** @type {string} */ path, /** @type {unknown} */ body) => (await api.send({ method: 'PUT', path, body, tries: 3 })).body
  const post = async (/** @type {string} */ path, /** @type {unknown} */ body = undefined) => (await api.send({ method: 'POST', path, body })).body
  const remove = async (/** @type {string} */ path) => { await api.send({ method: 'DELETE', path }) }

  return {
    list: (archived = false) => {
      const filter = { page_size: PAGE_SIZE, archived: archived ? 'true' : undefined }
      return everyPage((page_token) => api.get('/v1/organisations', { ...filter, page_token }), 'organisations', 'id')
    },
    create: (name) => api.once('/v1/organisations', { name }),
    rename: (organisation_id, name) => put(at(organisation_id), { name }),
    archive: (organisation_id) => post(`${at(organisation_id)}/archive`),
    unarchive: (organisation_id) => post(`${at(organisation_id)}/unarchive`),
    members: (organisation_id, filter = {}) => api.get(`${at(organisation_id)}/members`, { page_size: PAGE_SIZE, ...filter }),
    change: (organisation_id, user_id, changes) => put(member(organisation_id, user_id), changes),
    remove: (organisation_id, user_id) => remove(member(organisation_id, user_id)),
    handOver: (organisation_id, user_id) => post(`${at(organisation_id)}/handover`, { user_id }),
    invites: (organisation_id, page_token = '') => api.get(`${at(organisation_id)}/invites`, { page_size: PAGE_SIZE, page_token }),
    invite: (organisation_id, invite_id) => api.get(`${at(organisation_id)}/invites/${invite_id}`),
    makeInvite: (organisation_id, invite) => api.once(`${at(organisation_id)}/invites`, invite),
    revokeInvite: (organisation_id, invite_id) => post(`${at(organisation_id)}/invites/${invite_id}/revoke`),
    preview: (code) => api.get('/v1/invites/preview', { code }),
    accept: async (code) => { await api.send({ method: 'POST', path: '/v1/invites/accept', body: { code }, tries: 3 }) },
    privacy: (organisation_id) => api.get(`${at(organisation_id)}/privacy`),
    setPrivacy: (organisation_id, privacy) => put(`${at(organisation_id)}/privacy`, privacy),
    places: (organisation_id) =>
      everyPage((page_token) => api.get(`${at(organisation_id)}/places`, { page_size: PAGE_SIZE, page_token }), 'places', 'id'),
    savePlace: (organisation_id, place, wifi) => api.once(`${at(organisation_id)}/places`, { place, wifi }),
    learnWifi: (organisation_id, place_id, wifi) => post(`${at(organisation_id)}/places/${place_id}/wifi`, { wifi }),
    forgetPlace: (organisation_id, place_id) => remove(`${at(organisation_id)}/places/${place_id}`),
  }
}

module.exports = { createOrganisations }

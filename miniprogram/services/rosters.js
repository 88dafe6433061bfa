/** Rosters of an organisation: the people whom one expects. */

const { everyPage } = require('../core/pages')

const PAGE_SIZE = 50
// The server takes a file for as long as this.
const UPLOAD_MS = 120000

/**
 * @param {import('./api').Api} api
 * @returns {RostersService}
 */
const createRosters = (api) => {
  const of = (/** @type {string} */ organisation_id) => `/v1/organisations/${organisation_id}/rosters`
  const at = (/** @type {string} */ roster_id) => `/v1/rosters/${roster_id}`
  const entry = (/** @type {string} */ roster_id, /** @type {string} */ entry_id) => `${at(roster_id)}/entries/${entry_id}`
  const job = (/** @type {string} */ roster_id, /** @type {string} */ import_id) => `${at(roster_id)}/imports/${import_id}`

  const put = async (/** @type {string} */ path, /** @type {unknown} */ body) => (await api.send({ method: 'PUT', path, body, tries: 3 })).body
  const post = async (/** @type {string} */ path, /** @type {unknown} */ body = undefined) => (await api.send({ method: 'POST', path, body })).body
  const remove = async (/** @type {string} */ path) => { await api.send({ method: 'DELETE', path }) }

  return {
    list: (organisation_id) =>
      everyPage((page_token) => api.get(of(organisation_id), { page_size: PAGE_SIZE, page_token }), 'rosters', 'id'),
    create: (organisation_id, title) => api.once(of(organisation_id), { title }),
    get: (roster_id) => api.get(at(roster_id)),
    change: (roster_id, changes) => put(at(roster_id), changes),
    remove: (roster_id) => remove(at(roster_id)),
    groups: async (roster_id) => (await api.get(`${at(roster_id)}/groups`)).groups,
    entries: (roster_id, filter = {}) => api.get(`${at(roster_id)}/entries`, { page_size: PAGE_SIZE, ...filter }),
    add: (roster_id, draft) => api.once(`${at(roster_id)}/entries`, draft),
    replace: (roster_id, entry_id, draft) => put(entry(roster_id, entry_id), draft),
    takeOff: (roster_id, entry_id) => remove(entry(roster_id, entry_id)),
    read: async (roster_id, content) => {
      const headers = { 'content-type': typeof content === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream' }
      return (await api.send({ method: 'POST', path: `${at(roster_id)}/imports`, body: content, headers, timeout_ms: UPLOAD_MS })).body
    },
    progress: (roster_id, import_id) => api.get(job(roster_id, import_id)),
    badRows: (roster_id, import_id, page_token = '') => api.get(`${job(roster_id, import_id)}/bad-rows`, { page_size: PAGE_SIZE, page_token }),
    apply: (roster_id, import_id, remove_missing) => post(`${job(roster_id, import_id)}/apply`, { remove_missing }),
    undo: (roster_id, import_id) => post(`${job(roster_id, import_id)}/undo`),
    invite: (roster_id, entry_id) => post(`${entry(roster_id, entry_id)}/invite`),
    bind: async (roster_id, entry_id, user_id) => { await put(`${entry(roster_id, entry_id)}/person`, { user_id }) },
    unbind: (roster_id, entry_id) => remove(`${entry(roster_id, entry_id)}/person`),
  }
}

module.exports = { createRosters }

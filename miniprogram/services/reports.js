/** What history comes to: figures of an organisation, and files of them. */

const PAGE_SIZE = 50

/**
 * @param {import('./api').Api} api
 * @returns {ReportsService}
 */
const createReports = (api) => {
  const at = (/** @type {string} */ export_id) => `/v1/exports/${export_id}`

  return {
    trends: (organisation_id, query) => api.get(`/v1/organisations/${organisation_id}/trends`, query),
    exports: () => api.get('/v1/exports', { page_size: PAGE_SIZE }),
    getExport: (export_id) => api.get(at(export_id)),
    ask: (wish) => api.once('/v1/exports', wish),
    cancel: async (export_id) => (await api.send({ method: 'POST', path: `${at(export_id)}/cancel`, tries: 3 })).body,
    fileOf: (export_id) => `${at(export_id)}/file`,
  }
}

module.exports = { createReports }

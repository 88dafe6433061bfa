/** What people say of themselves: who they are on a roster, whether they come, and what an activity asks of them. */

/**
 * @param {import('./api').Api} api
 * @returns {ParticipantsService}
 */
const createParticipants = (api) => {
  const at = (/** @type {string} */ activity_id) => `/v1/activities/${activity_id}/me`
  const put = async (/** @type {string} */ path, /** @type {unknown} */ body) => (await api.send({ method: 'PUT', path, body, tries: 3 })).body

  return {
    ownEntry: (activity_id) => api.get(`${at(activity_id)}/entry`),
    // What WeChat gave works once.
    bindByPhone: async (activity_id, code) => (await api.send({ method: 'POST', path: `${at(activity_id)}/phone`, body: { code } })).body,
    preview: (code) => api.get('/v1/roster-invites/preview', { code }),
    accept: async (code) => { await api.send({ method: 'POST', path: '/v1/roster-invites/accept', body: { code }, tries: 3 }) },
    own: (activity_id) => api.get(at(activity_id)),
    answer: (activity_id, answer) => put(`${at(activity_id)}/answer`, { answer }),
    tell: async (activity_id, details) => (await api.send({ method: 'PUT', path: `${at(activity_id)}/details`, body: { details } })).body,
    erase: async () => { await api.send({ method: 'DELETE', path: '/v1/me' }) },
  }
}

module.exports = { createParticipants }

/** Computers that one lets in to the console or tells a place, and the devices that one is signed in on. */

/**
 * @param {import('./api').Api} api
 * @returns {ConsolesService}
 */
const createConsoles = (api) => {
  const at = (/** @type {string} */ ticket) => `/v1/auth/console/${ticket}`

  return {
    look: (ticket) => api.get(at(ticket)),
    // A repeat of an approval is one, but one of wrong digits is another try.
    approve: async (ticket, digits) => { await api.send({ method: 'POST', path: `${at(ticket)}/approve`, body: { digits } }) },
    // A repeat of the same place is one.
    choosePlace: async (ticket, place) => { await api.send({ method: 'POST', path: `${at(ticket)}/place`, body: place, tries: 3 }) },
    deny: async (ticket) => { await api.send({ method: 'POST', path: `${at(ticket)}/deny`, tries: 3 }) },
    sessions: async () => (await api.get('/v1/me/sessions')).sessions,
    end: async (session_id) => { await api.send({ method: 'DELETE', path: `/v1/me/sessions/${session_id}` }) },
  }
}

module.exports = { createConsoles }

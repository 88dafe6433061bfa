/** What there is to know of files that were made by themselves. */

const PAGE_SIZE = 50

/**
 * @param {import('./api').Api} api
 * @returns {InboxService}
 */
const createInbox = (api) => ({
  page: (page_token) => api.get('/v1/me/inbox', { page_size: PAGE_SIZE, page_token }),
  unread: async () => (await api.get('/v1/me/inbox', { page_size: 1 })).unread_count,
  read: async (message_id) => (await api.send({ method: 'POST', path: '/v1/me/inbox/read', body: message_id ? { message_id } : {}, tries: 3 })).body.unread_count,
})

module.exports = { createInbox }

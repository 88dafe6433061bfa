/** Files that the server makes: to be printed, opened in a table, or sent on. */

// Paper for thousands of people takes its time.
const MADE_MS = 120000

/**
 * @param {Platform} platform
 * @param {import('./api').Api} api
 * @returns {FilesService}
 */
const createFiles = (platform, api) => ({
  fetch: async (path, name, told) =>
    (await api.send({ method: 'GET', path, file: { name, told }, timeout_ms: MADE_MS, tries: 2 })).body.path,
  canShow: (path) => platform.canShow(path),
  open: (path) => platform.openFile(path),
  send: (path) => platform.sendFile(path),
  forget: () => platform.forgetFiles(),
})

module.exports = { createFiles }

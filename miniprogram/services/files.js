/** Files that the server makes: to be printed, opened in a table, or sent on. */

const { failure } = require('../core/failure')

// Paper for thousands of people takes its time.
const MADE_MS = 120000
const AGAIN_MS = 1500
const UNDER_WAY = ['queued', 'running']

const pause = () => new Promise((done) => { setTimeout(done, AGAIN_MS) })

/**
 * @param {Platform} platform
 * @param {import('./api').Api} api
 * @returns {FilesService}
 */
const createFiles = (platform, api) => ({
  make: async (path, told) => {
    let job = (await api.send({ method: 'PUT', path, tries: 2 })).body
    while (UNDER_WAY.includes(job.state)) {
      if (!told(job)) throw failure('cancelled', 'nobody waits for the file')
      await pause()
      job = await api.get(path)
    }
    if (job.state !== 'done') throw failure('problem', '', { status: 503, reason: job.reason || '' })
  },
  fetch: async (path, name, told) =>
    (await api.send({ method: 'GET', path, file: { name, told }, timeout_ms: MADE_MS, tries: 2 })).body.path,
  canShow: (path) => platform.canShow(path),
  open: (path) => platform.openFile(path),
  send: (path) => platform.sendFile(path),
  forget: () => platform.forgetFiles(),
})

module.exports = { createFiles }

/** Numbers as they change: one stream where the phone can, else asked for every three seconds. */

const { asFailure } = require('../core/failure')
const { follow } = require('../core/numbers')
const { parser } = require('../core/sse')

const POLL_MS = 3000
const RECONNECT_MS = 1500
// The server says something at least every 15 s.
const SILENCE_MS = 40000
const RIGHTS_LOST = [403, 404]

/**
 * @param {Platform} platform
 * @param {import('./transport').Transport} transport
 * @param {import('./session').SessionWithTokens} session
 * @param {OrganiseService['stats']} stats
 * @returns {OrganiseService['live']}
 */
const createLive = (platform, transport, session, stats) => (activity_id, told, failed = () => {}, changed = () => {}, occurrence_id = '') => {
  let is_over = false
  let last_id = ''
  let known = /** @type {Stats | null} */ (null)
  let revision = 0
  let timer = 0
  let end = () => {}

  const again = (/** @type {() => void} */ work, /** @type {number} */ wait_ms) => {
    clearTimeout(timer)
    if (!is_over) timer = setTimeout(work, wait_ms)
  }

  const poll = async () => {
    try {
      const numbers = await stats(activity_id, occurrence_id)
      if (is_over) return
      told(numbers)
      changed()
    } catch (thrown) {
      const found = asFailure(thrown)
      if (is_over) return
      failed(found)
      if (RIGHTS_LOST.includes(found.status || 0)) return
    }
    again(poll, POLL_MS)
  }

  const follows = (/** @type {number} */ said) => {
    if (said === revision || is_over) return
    revision = said
    changed()
  }

  const hear = parser(({ event, data, id }) => {
    last_id = id
    // What was missed cannot be told any more: the numbers that follow are whole.
    if (event === 'reset') known = null
    if (event === 'activity') follows(JSON.parse(data).revision)
    if (event !== 'stats' || is_over) return
    known = follow(known, JSON.parse(data))
    told(known)
  })

  const reconnect = () => {
    end()
    again(connect, RECONNECT_MS)
  }

  const broken = (/** @type {Failure | undefined} */ found, /** @type {string} */ token) => {
    if (is_over) return
    clearTimeout(timer)
    if (found && found.kind === 'unsupported') return void poll()
    if (found) failed(found)
    if (found && RIGHTS_LOST.includes(found.status || 0)) return
    if (found && found.status === 401) session.renew(token).then(reconnect, failed)
    else reconnect()
  }

  const listen = (/** @type {string} */ token) => {
    /** @type {Record<string, string>} */
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
    if (last_id) headers['last-event-id'] = last_id
    again(reconnect, SILENCE_MS)
    end = platform.stream({
      url: `${transport.base}/v1/activities/${activity_id}/live${occurrence_id && `?occurrence_id=${occurrence_id}`}`,
      headers,
      onText(text) {
        again(reconnect, SILENCE_MS)
        hear(text)
      },
      onEnd: (found) => broken(found, token),
    })
    if (is_over) end()
  }

  const connect = () => {
    session.token().then((token) => { if (!is_over) listen(token) }, (found) => broken(asFailure(found), ''))
  }

  if (platform.info().has_chunked) connect()
  else poll()

  return () => {
    is_over = true
    clearTimeout(timer)
    end()
  }
}

module.exports = { createLive }

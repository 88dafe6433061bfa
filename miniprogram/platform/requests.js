/** HTTP: whole answers, and answers that come in pieces. */

const { failure } = require('../core/failure')
const { decoder } = require('../core/utf8')
const { toFailure } = require('./failures')

const lowercase = (/** @type {Record<string, string>} */ headers) =>
  Object.fromEntries(Object.entries(headers || {}).map(([name, value]) => [name.toLowerCase(), value]))

const dataOf = (/** @type {unknown} */ body) => {
  if (body === undefined || typeof body === 'string' || body instanceof ArrayBuffer) return body
  return JSON.stringify(body)
}

/** As of Platform. Any status is an answer; a Failure says that there was none. */
const request = (/** @type {Parameters<Platform['request']>[0]} */ call) => new Promise((resolve, reject) => {
  wx.request({
    url: call.url,
    // wx has no PATCH; the server takes PUT in its place.
    method: /** @type {any} */ (call.method),
    data: /** @type {any} */ (dataOf(call.body)),
    header: call.headers,
    timeout: call.timeout_ms,
    success: (reply) => resolve({ status: reply.statusCode, body: reply.data, headers: lowercase(/** @type {any} */ (reply.header)) }),
    fail: (said) => reject(toFailure(said)),
  })
})

// An open stream has no end of its own: the phone must not take its silence for one.
const STREAM_TIMEOUT_MS = 600000

/** As of Platform. */
const stream = (/** @type {Parameters<Platform['stream']>[0]} */ call) => {
  let is_over = false
  const end = (/** @type {Failure | undefined} */ found) => {
    if (is_over) return
    is_over = true
    call.onEnd(found)
  }
  const decode = decoder()
  const task = wx.request({
    url: call.url,
    header: call.headers,
    enableChunked: true,
    timeout: STREAM_TIMEOUT_MS,
    responseType: 'arraybuffer',
    success: (reply) => end(reply.statusCode < 300 ? undefined : failure('problem', '', { status: reply.statusCode })),
    fail: (said) => end(toFailure(said)),
  })
  if (!task || typeof task.onChunkReceived !== 'function') {
    end(failure('unsupported', 'this phone has no chunked requests'))
    return () => {}
  }
  // An error comes in chunks too; its status arrives in front of them.
  let status = 200
  task.onHeadersReceived((head) => { status = /** @type {any} */ (head).statusCode || status })
  task.onChunkReceived((chunk) => {
    if (!is_over && status < 300) call.onText(decode(chunk.data))
  })
  return () => {
    is_over = true
    task.abort()
  }
}

module.exports = { request, stream }

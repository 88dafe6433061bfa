/** `wx.request` by fetch, with the rules that WeChat has for it. */

import { emit, fail, fx, record, running, violate } from './state.mjs'

const MOST_AT_ONCE = 10
const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']
const TIMEOUT_MS = 60000
const OFFLINE = 'errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED'
const INTERRUPTED = 'interrupted'

/** Requests under way, each with the way to end it for a reason. */
const underway = new Set()
let is_offline = Boolean(fx.offline)
let interrupting = null

const endAll = (reason) => { for (const each of [...underway]) each.end(reason) }

Object.defineProperty(fx, 'offline', {
  get: () => is_offline,
  set(value) {
    if (is_offline === Boolean(value)) return
    is_offline = Boolean(value)
    if (is_offline) endAll(OFFLINE)
    emit('network', { isConnected: !is_offline, networkType: is_offline ? 'none' : 'wifi' })
  },
})

export const isOffline = () => is_offline

/** As every way out fails while there is none. */
export const lost = () => fail(OFFLINE, { errno: 600003 })

export const networkType = () => ({ networkType: is_offline ? 'none' : 'wifi' })

/** Five seconds after the program went to the background, WeChat ends what is under way. */
export const interruptLater = () => { interrupting = setTimeout(() => endAll(INTERRUPTED), fx.background_ms) }

export const interruptNot = () => { clearTimeout(interrupting) }

/** The address below this page, which passes it on to the gateway; anything else would be a host that nobody declared. */
export const addressOf = (url) => {
  if (!url.startsWith(fx.server)) {
    violate(`a request to ${url}`)
    fail('url not in domain list', { errno: 600002 })
  }
  return url.slice(fx.server.length)
}

const bodyOf = ({ data, method = 'GET' }, address) => {
  if (data === undefined) return { address }
  if (method.toUpperCase() === 'GET') return { address: `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams(data)}` }
  return { address, body: typeof data === 'string' || data instanceof ArrayBuffer ? data : JSON.stringify(data) }
}

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const readChunks = async (reply, onChunk) => {
  const reader = reply.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return ''
    onChunk({ data: value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) })
  }
}

const read = async (reply, options, onChunk) => {
  if (options.enableChunked) return readChunks(reply, onChunk)
  if (options.responseType === 'arraybuffer') return reply.arrayBuffer()
  const text = await reply.text()
  return options.dataType === undefined || options.dataType === 'json' ? parsed(text) : text
}

const check = ({ method = 'GET' }) => {
  if (!METHODS.includes(method.toUpperCase())) violate(`wx.request knows no ${method}`)
  if (underway.size >= MOST_AT_ONCE) violate(`${underway.size + 1} requests at once`)
}

const send = async (options, call, told) => {
  if (is_offline) lost()
  const { address, body } = bodyOf(options, addressOf(options.url))
  const headers = { 'content-type': 'application/json', ...options.header }
  const reply = await fetch(address, { method: options.method || 'GET', headers, body, signal: call.controller.signal })
  const header = Object.fromEntries(reply.headers)
  told.headers({ header, statusCode: reply.status, cookies: [] })
  return { data: await read(reply, options, told.chunk), statusCode: reply.status, header, cookies: [], errMsg: 'request:ok' }
}

/** As wx.request. */
export const request = (options) => {
  record('request', options)
  check(options)
  const listening = { headers: [], chunk: [] }
  const told = {
    headers: (value) => listening.headers.forEach((each) => each(value)),
    chunk: (value) => listening.chunk.forEach((each) => each(value)),
  }
  const call = { controller: new AbortController(), reason: '' }
  call.end = (reason) => {
    call.reason ||= reason
    call.controller.abort()
  }
  underway.add(call)
  const timer = setTimeout(() => call.end('timeout'), options.timeout || TIMEOUT_MS)
  // A program in the background gets no more time for what it begins there.
  if (running.is_hidden && running.hidden_for_ms() > fx.background_ms) call.end(INTERRUPTED)
  const settle = (then, value) => {
    clearTimeout(timer)
    underway.delete(call)
    if (then) then(value)
    if (options.complete) options.complete(value)
  }
  send(options, call, told).then(
    (value) => settle(options.success, value),
    (error) => {
      const said = { errMsg: `request:fail ${call.reason || error.message}`, ...(call.reason === 'timeout' && { errno: 5 }), ...error.numbers }
      record('request:fail', { url: options.url, errMsg: said.errMsg })
      settle(options.fail, said)
    },
  )
  const task = { abort: () => call.end('abort'), onHeadersReceived: (each) => listening.headers.push(each), offHeadersReceived() {} }
  if (fx.capabilities.chunked) Object.assign(task, { onChunkReceived: (each) => listening.chunk.push(each), offChunkReceived() {} })
  return task
}

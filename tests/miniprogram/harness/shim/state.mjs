/**
 * What tests put in and read out, `window.__fx`, and how a call of `wx` is made of it.
 *
 * A test sets what it needs before the page loads, or while it runs. What breaks a rule of the platform is written to
 * `violations`, unknown parts of `wx` to `window.__missing`; both must stay empty.
 */

const HERE = { latitude: 39.9042, longitude: 116.4074, accuracy: 20 }

/** The defaults: a phone that can everything, online, whose owner agrees to everything. */
const defaults = () => ({
  login: 'sim:li',
  scan: undefined,
  scan_ms: 30,
  scan_type: 'QR_CODE',
  camera: 'allow',
  album: 'allow',
  held: '',
  frame_ms: 100,
  scene: 1001,
  location: { ...HERE },
  location_when_allowed: { ...HERE },
  location_ms: 30,
  authorize: 'allow',
  wifi: null,
  wifi_list: null,
  chooseLocation: { name: '学术报告厅', address: '北京市东城区', ...HERE },
  file: null,
  nfc: 'on',
  tags: {},
  phone: '',
  subscribe: 'accept',
  privacy: 'agreed',
  capabilities: { wifi: true, chunked: true, location: true, nfc: false, hides_for_scan: true },
  font_size: 16,
  platform: 'android',
  env_version: 'develop',
  server: 'http://127.0.0.1:8080',
  background_ms: 5000,
  navigation_ms: 0,
  is_update_ready: false,
  now_offset_ms: 0,
  storage_limit: 10 * 1024 * 1024,
  calls: [],
  violations: [],
})

const given = window.__fx || {}
export const fx = Object.assign(defaults(), given, { capabilities: { ...defaults().capabilities, ...given.capabilities } })
window.__fx = fx
window.__missing = []

export const violate = (text) => { fx.violations.push(text) }

export const missing = (name) => { if (!window.__missing.includes(name)) window.__missing.push(name) }

/** `errMsg` after `name:fail`, and numbers with it. */
export const fail = (message, numbers = {}) => { throw Object.assign(new Error(message), { numbers }) }

export const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) })

/** A canvas leads to all of its page. */
const shown = (_, value) => {
  if (value instanceof Node) return value.tagName
  return value instanceof ArrayBuffer ? `${value.byteLength} bytes` : value
}

const plain = (options) => JSON.parse(JSON.stringify(options || {}, shown))

export const record = (api, options) => { fx.calls.push({ api, options: plain(options) }) }

/** An asynchronous part of `wx`: by callbacks if there are any, else by promise. */
export const asynchronous = (name, act) => (options = {}) => {
  record(name, options)
  const { success, fail: failed, complete } = options
  const answered = (async () => act(options))().then(
    (result) => ({ result: { errMsg: `${name}:ok`, ...result } }),
    (error) => {
      if (!error.numbers) console.error(error)
      return { error: { errMsg: `${name}:fail ${error.message}`, ...error.numbers } }
    },
  )
  const told = answered.then(({ result, error }) => {
    const call = error ? failed : success
    if (call) call(error || result)
    if (complete) complete(error || result)
    return { result, error }
  })
  if (success || failed || complete) return undefined
  return told.then(({ result, error }) => {
    if (error) throw error
    return result
  })
}

const listeners = {}

/** Tells everybody who listens. */
export const emit = (event, value) => { for (const call of [...(listeners[event] || [])]) call(value) }

export const on = (event) => (call) => { (listeners[event] ||= []).push(call) }

export const off = (event) => (call) => {
  listeners[event] = call ? (listeners[event] || []).filter((each) => each !== call) : []
}

export const hasListener = (event) => Boolean(listeners[event] && listeners[event].length)

/** The last one only, as for privacy. */
export const last = (event) => listeners[event][listeners[event].length - 1]

/** What the runtime gave the shim once it ran: pages, the app. */
export const running = { pages: null, app: () => ({}), appJson: {} }

const RealDate = Date

/** The phone's clock, wrong by as much as a test says. */
const shiftClock = () => {
  const now = () => RealDate.now() + fx.now_offset_ms
  window.Date = new Proxy(RealDate, {
    construct: (target, values) => (values.length ? new target(...values) : new target(now())),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}
shiftClock()

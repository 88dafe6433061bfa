/**
 * The server in memory, in the shapes of `gateway/`: strict about fields, idempotent by attempt, one sync every two
 * seconds, receipts while it is down. `judge` decides what an attempt becomes.
 */

const { FakeDoor, STAFF_WAYS } = require('./fake_door')

const CHECKIN_FIELDS = [
  'attempt_id', 'method', 'token', 'code', 'activity_id', 'direction', 'gate', 'location', 'wifi', 'device_id',
  'claimed_at', 'elapsed_ms', 'receipt', 'client',
]
const STAFF_FIELDS = ['attempt_id', ...STAFF_WAYS, 'direction', 'gate', 'device_id', 'claimed_at', 'receipt']
const HASHED = ['method', 'token', 'code', 'activity_id', 'direction', 'gate', 'location', 'wifi', 'device_id', 'claimed_at']
const STATUSES = { accepted: 201, pending_review: 201, duplicate: 200, provisional: 202, refused: 422 }
const SYNC_BURST = 5

/** An answer that is an error. */
class Problem extends Error {
  constructor(status, reason, more = {}) {
    super(reason)
    this.body = { type: 'urn:qiandao:problem', title: '', status, detail: reason, reason, instance: '', ...more }
  }
}

const copy = (value) => JSON.parse(JSON.stringify(value))

class FakeServer {
  constructor() {
    this.judge = () => ({ outcome: 'accepted', reasons: [], message: '签到成功' })
    this.token_life_s = 7 * 86400
    this.config = {
      min_version: '0.1.0',
      features: {
        checkin_methods: ['qr', 'code', 'nfc', 'place'], checkin_fields: CHECKIN_FIELDS, staff_fields: STAFF_FIELDS,
        sync_fields: ['attempts', 'cursor'],
        event_fields: ['name', 'took_ms', 'reason', 'platform', 'activity_id'],
      },
      subscription_templates: [],
      event_sample_rate: 0,
    }
    this.is_down = false
    this.clock_ahead_ms = 0
    this.page_size = 100
    this.sync_fault = null
    this.heard = []
    this.attempts = []
    this.kept = new Map()
    this.changes = new Map()
    this.tokens = new Map()
    this.refresh_tokens = new Map()
    this.used_tokens = new Map()
    this.sign_ins = 0
    this.renewals = 0
    this.issued = 0
    this.syncs = []
    this.grants = []
    this.events = []
    this.grant_keys = new Set()
    this.activities = []
    this.kept_answers = new Map()
    this.door = new FakeDoor(() => this.now(), Problem)
    /** What staff see of the one they are at. */
    this.activity = null
    /** Of those whose id must be one, by name. */
    this.user_ids = {}
    this.own_entry = { entry: null, is_listed: false, roster_title: '' }
    this.marks = []
    /** Of a proof, the one it is in first. */
    this.proof_states = [{ state: 'done' }]
  }

  /** What staff at a door ask of an activity; `activity` null is none of theirs. */
  atDoor(route, asked, body) {
    const [, , , activity_id, , what] = route.split(' ')[1].split('/')
    if (what === 'look') return this.door.look(activity_id, body)
    if (what === 'people') return this.door.page(activity_id, asked)
    if (what === 'search') return this.door.search(asked)
    if (!this.activity) throw new Problem(404, 'NOT_FOUND')
    return this.activity
  }

  isCodeOf(code, activity_id) { return this.door.isCodeOf(code, activity_id) }

  now() { return Date.now() + this.clock_ahead_ms }

  handle({ path, method, body, headers }) {
    const request_id = headers['x-request-id']
    this.heard.push({ path, method, body, headers })
    const head = { 'x-request-id': request_id, date: new Date(this.now()).toUTCString() }
    try {
      const [status, said] = this.route(path, method, body, headers)
      return { status, body: said === undefined ? '' : copy(said), headers: head }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return { status: error.body.status, body: copy(error.body), headers: head }
    }
  }

  route(path, method, body, headers) {
    const [where, query = ''] = path.split('?')
    const asked = new URLSearchParams(query)
    const route = `${method} ${where}`
    if (route === 'GET /v1/client-config') return [200, { ...this.config, server_time: new Date(this.now()).toISOString() }]
    if (route === 'POST /v1/auth/wechat') return [200, this.signIn(body.code)]
    if (route === 'POST /v1/auth/refresh') return [200, this.renew(body)]
    const user = this.whoIs(headers)
    if (route === 'POST /v1/auth/logout') return [204]
    if (route === 'PUT /v1/me') return [200, { ...user, name: body.name }]
    if (/\/door\/\w+$/.test(route) || /^GET \/v1\/activities\/[^/]+$/.test(route)) return [200, this.atDoor(route, asked, body)]
    if (route === 'GET /v1/me/code') return [200, this.door.ownKeys(user)]
    if (/^GET .*\/me\/entry$/.test(route)) return [200, this.own_entry]
    if (route === 'POST /v1/checkins') return this.checkIn(user, body)
    if (route === 'POST /v1/checkins/sync') return [200, this.sync(user, body)]
    if (route === 'GET /v1/me/checkins') return [200, this.list(user, asked)]
    if (route === 'POST /v1/me/subscriptions') return [200, this.grant(body, headers)]
    if (route === 'GET /v1/me/subscriptions') return [200, { quotas: {}, results: {} }]
    if (route === 'POST /v1/client-events') return [204, this.events.push(...body.events) && undefined]
    if (route === 'POST /v1/activities') return [201, this.onceFor(headers, body, () => this.make(body))]
    if (route === 'POST /v1/organisations') return [201, this.onceFor(headers, body, () => ({ id: `o${this.kept_answers.size}`, name: body.name }))]
    if (/^POST .*\/(publish|cancel)$/.test(route)) return [200, this.move(...where.split('/').slice(3))]
    if (/^POST .*\/checkins\/batch$/.test(route)) return [200, this.letIn(user, where.split('/')[3], body)]
    if (/^POST .*\/marks$/.test(route)) return [200, this.mark(headers, body)]
    if (/\.pdf$/.test(where)) return this.print()
    if (/\/me\/proof$/.test(where)) return this.proof(method)
    if (/^GET \/v1\/checkins\/.+/.test(route)) return [200, this.record(where.split('/')[3])]
    throw new Problem(404, 'NOT_FOUND')
  }

  signIn(code) {
    this.sign_ins += 1
    return this.session(code.replace('sim:', ''))
  }

  session(name) {
    this.issued += 1
    const user = { id: this.user_ids[name] || `user-${name}`, name, created_at: '2026-09-01T00:00:00.000Z' }
    const access_token = `access-${this.issued}`
    const refresh_token = `refresh-${this.issued}`
    this.tokens.set(access_token, { user, until: this.now() + this.token_life_s * 1000 })
    this.refresh_tokens.set(refresh_token, name)
    return { access_token, refresh_token, expires_in: this.token_life_s, user }
  }

  /** A token works once; the device that used it gets the same answer for two minutes, one that does not say for 10 s. */
  renew({ refresh_token, device_id = '' }) {
    this.renewals += 1
    const used = this.used_tokens.get(refresh_token)
    if (used && used.device_id === device_id && this.now() - used.at <= (device_id ? 120000 : 10000)) return used.session
    const name = this.refresh_tokens.get(refresh_token)
    if (!name) throw new Problem(401, 'SESSION_REVOKED')
    this.refresh_tokens.delete(refresh_token)
    const session = this.session(name)
    this.used_tokens.set(refresh_token, { session, device_id, at: this.now() })
    return session
  }

  /** Every session ends at once, as after a new signing key. */
  forgetTokens() { this.tokens.clear() }

  whoIs(headers) {
    const found = this.tokens.get((headers.authorization || '').replace('Bearer ', ''))
    if (!found || found.until <= this.now()) throw new Problem(401, 'UNAUTHENTICATED')
    return found.user
  }

  checkFields(attempt, fields) {
    for (const name of Object.keys(attempt)) {
      if (!fields.includes(name)) throw new Problem(400, 'INVALID_ARGUMENT', { errors: [{ field: name, message: 'is not known here' }] })
    }
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/.test(attempt.attempt_id)) throw new Problem(422, 'INVALID_ARGUMENT')
  }

  /** The record of an attempt; the same one for the same attempt. */
  take(user_id, attempt, is_offline) {
    const key = `${user_id} ${attempt.attempt_id}`
    const hash = JSON.stringify(HASHED.map((name) => attempt[name]))
    const before = this.kept.get(key)
    if (before && before.hash !== hash) throw new Problem(409, 'CONFLICT', { message: '内容与之前不一致' })
    this.attempts.push({ user_id, attempt, is_offline })
    if (before) return before
    const { outcome, reasons, message } = this.judge(attempt, user_id)
    const checkin = {
      id: `checkin-${attempt.attempt_id}`, attempt_id: attempt.attempt_id, activity_id: 'a1', occurrence_id: 'o1', user_id, outcome,
      reasons, punctuality: 'on_time', late_by_s: 0, checked_in_at: new Date(this.now()).toISOString(), distance_m: null,
      method: attempt.method, direction: attempt.direction, gate: null, activity_title: '早会', place_name: null, revision: 1, is_offline,
    }
    const kept = { hash, checkin, message }
    this.kept.set(key, kept)
    this.change(checkin)
    return kept
  }

  /** Something that a phone has not seen. */
  change(checkin) {
    const all = this.changes.get(checkin.user_id) || []
    this.changes.set(checkin.user_id, [...all, checkin])
  }

  receiptFor(attempt) { return `receipt-${attempt.attempt_id}` }

  checkIn(user, attempt) {
    this.checkFields(attempt, CHECKIN_FIELDS)
    if (this.is_down) {
      throw new Problem(503, 'UNAVAILABLE', { receipt: this.receiptFor(attempt), retry_after_s: 1.5, message: '已保存，联网后自动上传' })
    }
    const { checkin, message } = this.take(user.id, attempt, false)
    if (checkin.outcome === 'refused') throw new Problem(422, (checkin.reasons[0] || {}).reason, { message, reasons: checkin.reasons, checkin })
    return [STATUSES[checkin.outcome], { checkin, message }]
  }

  item(user_id, attempt, fields) {
    const named = attempt.method === 'staff' || fields === STAFF_FIELDS ? { user_id: attempt.user_id } : {}
    try {
      this.checkFields(attempt, fields)
      if (this.is_down) throw new Problem(503, 'UNAVAILABLE', { retry_after_s: 2 })
      const { checkin, message } = this.take(user_id, attempt, true)
      return { attempt_id: attempt.attempt_id, outcome: checkin.outcome, retryable: false, ...named, checkin, message }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const retryable = error.body.status >= 429
      const receipt = error.body.status === 503 ? { receipt: this.receiptFor(attempt) } : {}
      return { attempt_id: attempt.attempt_id, outcome: null, retryable, ...named, message: error.body.message || '', problem: error.body, ...receipt }
    }
  }

  sync(user, { attempts, cursor }) {
    const recent = this.syncs.filter((one) => one.user_id === user.id && one.at > this.now() - SYNC_BURST * 2000)
    if (recent.length >= SYNC_BURST) throw new Problem(429, 'RATE_LIMITED', { retry_after_s: 2 })
    this.syncs.push({ user_id: user.id, at: this.now(), attempts, cursor })
    if (attempts.length > 50) throw new Problem(422, 'INVALID_ARGUMENT')
    if (this.sync_fault) this.sync_fault(attempts)
    const results = attempts.map((attempt) => (attempt.method === 'staff'
      ? this.item(attempt.user_id, attempt, ['method', 'activity_id', ...STAFF_FIELDS])
      : this.item(user.id, attempt, CHECKIN_FIELDS)))
    const from = Number(cursor || 0)
    const changes = (this.changes.get(user.id) || []).slice(from, from + this.page_size)
    const until = from + changes.length
    return { results, changes, cursor: String(until), has_more: until < (this.changes.get(user.id) || []).length }
  }

  letIn(user, activity_id, { checkins }) {
    return { results: checkins.map((attempt) => this.item(attempt.user_id, attempt, STAFF_FIELDS)) }
  }

  list(user, asked) {
    const size = Number(asked.get('page_size')) || 50
    const from = Number(asked.get('page_token') || 0)
    const all = [...this.kept.values()].map((one) => one.checkin).filter((one) => one.user_id === user.id).reverse()
    const next = from + size
    return { checkins: all.slice(from, next), next_page_token: next < all.length ? String(next) : '' }
  }

  record(id) {
    const found = [...this.kept.values()].find((one) => one.checkin.id === id)
    if (!found) throw new Problem(404, 'NOT_FOUND')
    return { checkin: found.checkin, message: found.message, history: [] }
  }

  /** An Idempotency-Key belongs to one body: the same again gets the first answer, another one is refused. */
  onceFor(headers, body, effect) {
    const key = headers['idempotency-key']
    const before = key && this.kept_answers.get(key)
    if (before && before.said !== JSON.stringify(body)) throw new Problem(409, 'IDEMPOTENCY_KEY_REUSED')
    const answer = before ? before.answer : effect()
    if (key) this.kept_answers.set(key, { said: JSON.stringify(body), answer })
    return answer
  }

  make({ title }) {
    const activity = { id: `a${this.activities.length + 1}`, title, state: 'draft' }
    this.activities.push(activity)
    return activity
  }

  move(id, verb) {
    const found = this.activities.find((one) => one.id === id)
    if (!found) throw new Problem(404, 'NOT_FOUND')
    found.state = { publish: 'published', cancel: 'cancelled' }[verb]
    return found
  }

  /** What staff say of people; twice by one key is once. */
  mark(headers, body) {
    if (this.is_down) throw new Problem(503, 'UNAVAILABLE', { retry_after_s: 60 })
    return this.onceFor(headers, body, () => {
      this.marks.push(body)
      return { results: body.people.map((one) => ({ user_id: Object.values(one)[0], mark: body.mark, revision: 1, is_skipped: false, problem: null })) }
    })
  }

  /** Asked for it waits; each time somebody looks it is a state further. */
  proof(method) {
    if (method === 'GET' && this.proof_states.length > 1) this.proof_states.shift()
    const [{ state, reason = null }] = this.proof_states
    return [state === 'done' ? 200 : 202, { state, progress: 40, file_bytes: 0, file_name: '', reason, created_at: '2026-09-01T00:00:00.000Z', expires_at: null }]
  }

  print() {
    if (this.is_down) throw new Problem(429, 'TOO_MANY_PRINTS', { retry_after_s: 60, message: '正在打印的人太多' })
    return [200, '%PDF']
  }

  grant({ grants }, headers) {
    const key = headers['idempotency-key']
    if (!this.grant_keys.has(key)) this.grants.push(...grants)
    this.grant_keys.add(key)
    const accepted = this.grants.filter((one) => one.result === 'accept')
    return { quotas: Object.fromEntries(accepted.map(({ template_id }) => [template_id, accepted.filter((one) => one.template_id === template_id).length])), results: {} }
  }
}

module.exports = { FakeServer, Problem }

/** The public HTTP API as organisers and tests use it, beside the phones. */

import { createHash, randomUUID } from 'node:crypto'
import uuid from '../../../miniprogram/core/uuid7.js'
import { gatewayUrl } from '../harness/server.mjs'

const { uuid7 } = uuid

export const PLACE = { name: '图书馆报告厅', latitude: 25.04, longitude: 102.71, coord: 'gcj02', radius_m: 200 }

/** Where a phone may be: inside the fence, 2.2 km away, or where its own doubt leaves it open. */
export const INSIDE = { latitude: PLACE.latitude + 0.0001, longitude: PLACE.longitude, accuracy: 10 }
export const OUTSIDE = { latitude: PLACE.latitude + 0.02, longitude: PLACE.longitude, accuracy: 10 }
export const UNCERTAIN = { latitude: PLACE.latitude + 0.0025, longitude: PLACE.longitude, accuracy: 150 }
/** WeChat looks for a position once in 30 s: a phone at which those are over. */
export const LATER_POSITION = { now_offset_ms: 31000 }
export const WIFI = { ssid: 'hall', bssid: '0a:1b:2c:3d:4e:5f' }

const MINUTE_MS = 60000

/** A name that no other test signs in with. */
export const newName = (stem) => `${stem}-${randomUUID().slice(0, 8)}`

export const newAttemptId = () => uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))

const later = (minutes) => new Date(Date.now() + minutes * MINUTE_MS).toISOString()

/** The longest periods that the product takes, in seconds. */
const PERIODS_S = Array.from({ length: 151 }, (_, index) => 150 + index)

/** The period whose slot lasts longest from now: its QR is good for minutes, at whatever time a test begins. */
export const lastingPeriod = () => {
  const left_s = (period_s) => period_s - (Date.now() / 1000) % period_s
  return PERIODS_S.reduce((best, each) => (left_s(each) > left_s(best) ? each : best))
}

/** A browser on the console: it shows a QR and two digits, and asks what became of them. */
export class Browser {
  static async open(agent = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36') {
    const reply = await fetch(`${gatewayUrl()}/v1/auth/console`, { method: 'POST', headers: { 'user-agent': agent } })
    return Object.assign(new Browser(), await reply.json())
  }

  async poll() {
    const { ticket, poll_secret } = this
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch(`${gatewayUrl()}/v1/auth/console/poll`, { method: 'POST', headers, body: JSON.stringify({ ticket, poll_secret }) })
    return reply.json()
  }

  /** Two that it does not show. */
  get others() { return String((Number(this.digits) + 1) % 100).padStart(2, '0') }
}

/** Somebody signed in; every call throws what the server said no with. */
class Caller {
  constructor(token, user, name) {
    this.token = token
    this.user = user
    this.name = name
  }

  async call(method, path, body) {
    const headers = { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) }
    const reply = await fetch(gatewayUrl() + path, { method, headers, body: body && JSON.stringify(body) })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
    return text ? JSON.parse(text) : null
  }

  get(path) { return this.call('GET', path) }
  post(path, body) { return this.call('POST', path, body) }

  /** Checks in where a code is enough. */
  come(code) {
    return this.post('/v1/checkins', { attempt_id: newAttemptId(), method: 'code', code })
  }

  /** Makes somebody a member: who came to something of the organisation can be one. */
  async enlist(organisation_id, person, role) {
    const { id, code } = await this.open({ organisation_id, title: '迎新', methods: ['code'] })
    await person.come(code)
    await this.post(`/v1/activities/${id}/close`)
    return this.post(`/v1/organisations/${organisation_id}/members`, { user_id: person.user.id, role })
  }

  /** A new activity of theirs, published. */
  async open({ from = -5, to = 120, ...changes }) {
    const made = await this.post('/v1/activities', {
      kind: 'event', title: '新生讲座', starts_at: later(from), ends_at: later(to), methods: ['qr', 'code', 'place'], ...changes,
    })
    return this.post(`/v1/activities/${made.id}/publish`)
  }
}

/** Signs in the person whom a phone with `login: sim:<name>` is. */
export const signIn = async (name) => {
  const said = await new Caller('', null).post('/v1/auth/wechat', { code: `sim:${name}` })
  return new Caller(said.access_token, said.user, name)
}

/** A published activity and who runs it. */
export class Activity {
  constructor(owner, made) {
    Object.assign(this, { owner, id: made.id, code: made.code, title: made.title, organisation_id: made.organisation_id, path: `/v1/activities/${made.id}` })
  }

  /** What its screen shows, once that is good for a while: a slow machine takes its time from here to the tap. */
  qr({ for_ms = 30000 } = {}) {
    const shown = () => this.owner.get(`${this.path}/qr`)
    return until(shown, ({ expires_at }) => Date.parse(expires_at) > Date.now() + for_ms, { within_ms: 60000, every_ms: 1000 })
  }

  stats() { return this.owner.get(`${this.path}/stats`) }
  people() { return this.owner.get(`${this.path}/people`).then(({ people }) => people) }
  revoke() { return this.owner.post(`${this.path}/qr/revoke`) }
  cancel() { return this.owner.post(`${this.path}/cancel`) }

  /** Decides the one case that waits, and reads it again when it has changed: a busy recorder may bring a later try. */
  async decide(decision, body = {}) {
    const cases = () => this.owner.get(`/v1/reviews?activity_id=${this.id}`)
    for (;;) {
      const { reviews: [review] } = await until(cases, ({ reviews }) => reviews.length === 1)
      try {
        return await this.owner.post(`/v1/reviews/${review.id}/${decision}`, { revision: review.revision, ...body })
      } catch (error) {
        if (!error.message.includes(': 409 ')) throw error
      }
    }
  }
}

/**
 * A new activity, open for two hours since five minutes, with a fence that refuses.
 *
 * @param {{from?: number, to?: number, [field: string]: unknown}} [changes] Times in minutes from now, and fields of the API.
 */
export const openActivity = async (changes = {}) => {
  const owner = await signIn(newName('organiser'))
  const { id: organisation_id } = await owner.post('/v1/organisations', { name: '测试组织' })
  return new Activity(owner, await owner.open({ organisation_id, place: PLACE, policy: { fence: 'refuse' }, qr_period_s: lastingPeriod(), ...changes }))
}

/** Waits until `ask` gives what `is` takes; says what it gave last. */
export const until = async (ask, is, { within_ms = 30000, every_ms = 100 } = {}) => {
  const end = Date.now() + within_ms
  for (;;) {
    const found = await ask()
    if (is(found)) return found
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(found)} after ${within_ms} ms`)
    await new Promise((resolve) => { setTimeout(resolve, every_ms) })
  }
}

/** The phone number that the simulator of WeChat gives somebody; `deploy/local/wechat.py` makes it the same way. */
export const phoneOf = (name) => `138${String(createHash('sha256').update(name).digest().readUInt32BE(0) % 10 ** 8).padStart(8, '0')}`

/** An organisation with a roster of these people, and an activity that expects them. */
export const openListed = async (people, changes = {}) => {
  const owner = await signIn(newName('organiser'))
  const { id: organisation_id } = await owner.post('/v1/organisations', { name: '星光读书会' })
  const roster = await owner.post(`/v1/organisations/${organisation_id}/rosters`, { title: '新生名单' })
  const entries = []
  for (const person of people) entries.push(await owner.post(`/v1/rosters/${roster.id}/entries`, person))
  const made = await owner.open({ organisation_id, methods: ['qr', 'code'], roster: 'listed', roster_id: roster.id, qr_period_s: lastingPeriod(), ...changes })
  return Object.assign(new Activity(owner, made), { roster, entries })
}

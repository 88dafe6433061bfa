/** What the server says of personal codes, and of who stands at a door, in memory, in the shapes of the gateway. */

const { createHmac } = require('node:crypto')
const { activityKey, fault, isBy, isFor, isPersonCode, parse } = require('../../../miniprogram/core/person_code')

const PERIOD_MS = 30 * 86400 * 1000
const STAFF_WAYS = ['user_id', 'roster_entry_id', 'entry_code', 'person_token', 'guest']

const hmac = (text) => Uint8Array.from(createHmac('sha256', 'of the server').update(text).digest())

const base64url = (bytes) => Buffer.from(bytes).toString('base64url')

class FakeDoor {
  /** @param {() => number} now The server's clock; @param {typeof Error} Problem Its errors. */
  constructor(now, Problem) {
    Object.assign(this, { now, Problem })
    this.people = []
    this.page_size = 200
    this.expires_at = () => now() + 12 * 3600000
    /** Who holds a seat: by subject, as `duplicate_of` tells it; and who is inside, or has left. */
    this.held = new Map()
    this.left = new Map()
    this.nonces = new Map()
    this.is_staff = true
    this.reentry = 'in_out'
    this.looks = []
  }

  personKey(user_id, period) { return hmac(`${user_id} ${period}`) }

  codeKey(user_id, activity_id) { return activityKey(this.personKey(user_id, Math.floor(this.now() / PERIOD_MS)), activity_id) }

  /** `GET /v1/me/code`. */
  ownKeys(user) {
    const period = Math.floor(this.now() / PERIOD_MS)
    const keys = [period, period + 1].map((one) => ({
      key: base64url(this.personKey(user.id, one)),
      valid_from: new Date(one * PERIOD_MS).toISOString(), valid_until: new Date((one + 1) * PERIOD_MS).toISOString(),
    }))
    return { user_id: user.id, keys, period_s: 30, server_time: new Date(this.now()).toISOString() }
  }

  /** Somebody of the roster, bound or not. */
  list(person) {
    this.people.push({
      kind: 'entry', user_id: person.entry_id, name: '', number: '', phone_tail: '', group: '', extra: [], entry_code: '', code_keys: [], ...person,
    })
  }

  /** `GET .../door/people`. */
  page(activity_id, asked) {
    this.admit()
    const from = Number(asked.get('page_token') || 0)
    const next = from + this.page_size
    const people = this.people.slice(from, next).map((one) => ({ ...one, code_keys: one.is_bound ? [base64url(this.codeKey(one.user_id, activity_id))] : [] }))
    return {
      people, next_page_token: next < this.people.length ? String(next) : '',
      expires_at: new Date(this.expires_at()).toISOString(), server_time: new Date(this.now()).toISOString(),
    }
  }

  /** `GET .../door/search`. */
  search(asked) {
    this.admit()
    const q = asked.get('q')
    return { people: this.people.filter((one) => one.name.includes(q) || one.phone_tail === q) }
  }

  /** `POST .../door/look`. */
  look(activity_id, body) {
    this.admit()
    this.looks.push(body)
    const person = this.personOf(activity_id, body)
    const left_at = this.left.get(person.user_id) || null
    const held = this.held.get(person.user_id) || null
    return { person, held, is_inside: Boolean(held) && !left_at, left_at, passes: held ? 1 : 0, is_pending: false, mark: null, is_first: !held }
  }

  admit() {
    if (!this.is_staff) throw new this.Problem(404, 'NOT_FOUND')
  }

  personOf(activity_id, { person_token, entry_code, roster_entry_id, user_id, guest, attempt_id }) {
    if (person_token) return this.shown(activity_id, person_token, attempt_id)
    if (guest) return { kind: 'guest', user_id: guest.id.replace(/-7/, '-8'), entry_id: null, name: guest.name, number: '', phone_tail: guest.phone_tail, group: '', extra: [], entry_code: '' }
    const found = this.people.find((one) => (entry_code && one.entry_code.replace('-', '') === entry_code.replace('-', '')) || one.entry_id === roster_entry_id || one.user_id === user_id)
    if (!found) throw new this.Problem(404, 'ENTRY_NOT_LISTED')
    return found
  }

  /** Who showed a code; throws why it is not taken. */
  shown(activity_id, token, attempt_id) {
    const code = parse(token)
    const refuse = (reason, numbers) => { throw new this.Problem(422, reason, { reasons: [{ reason, ...numbers }] }) }
    if (!isPersonCode(token) || !code) refuse('PERSON_CODE_MALFORMED')
    if (!isFor(code, activity_id)) refuse('PERSON_CODE_FOREIGN')
    if (!isBy(code, [this.codeKey(code.user_id, activity_id)])) refuse('PERSON_CODE_SIGNATURE')
    const found = fault(code, this.now())
    if (found) refuse(found.reason, found)
    const first = this.nonces.get(code.nonce) || attempt_id
    this.nonces.set(code.nonce, first)
    if (first !== attempt_id) refuse('PERSON_CODE_USED')
    return this.people.find((one) => one.user_id === code.user_id)
      || { kind: 'person', user_id: code.user_id, entry_id: null, name: '', number: '', phone_tail: '', group: '', extra: [], entry_code: '' }
  }

  isCodeOf(code, activity_id) { return isBy(code, [this.codeKey(code.user_id, activity_id)]) }
}

module.exports = { FakeDoor, STAFF_WAYS }

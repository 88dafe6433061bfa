/** A phone in memory, with the limits of a real one. `violations` says which of them were broken. */

const REQUESTS_AT_ONCE = 10
const KEY_BYTES = 1048576
const SEALED_BYTES = 0.7 * KEY_BYTES
const POSITION_MS = 30000

/** A Failure as the platform rejects with. */
const failure = (kind, message = kind, more = {}) => ({ kind, message, ...more })

class FakePhone {
  constructor(server, { person = 'li', storage = new Map() } = {}) {
    this.server = server
    this.person = person
    this.storage = storage
    this.is_online = true
    this.is_shown = true
    this.latency_ms = 20
    this.storage_bytes = 10 * 1048576
    this.position = { latitude: 39.9, longitude: 116.4, accuracy_m: 18 }
    this.locate_ms = 300
    this.wifi = null
    this.granted = 'accept'
    this.details = { platform: 'android', app_version: '0.1.0', env_version: 'develop', font_size: 16, has_nfc: false, has_wifi: true, has_chunked: false }
    this.requests = []
    this.most_in_flight = 0
    this.logins = 0
    this.positions_asked = []
    this.subscriptions_asked = []
    this.violations = []
    this.writes = []
    this.sealed = new Set()
    this.in_flight = new Set()
    this.network_told = []
    this.shown_told = []
    this.kept_position = null
    this.answers_lost = 0
    this.files = new Map()
    this.opened = []
    this.sent_on = []
    this.update = { isReady: () => false, apply() {}, onReady: () => () => {} }
  }

  /** The network goes or comes, and whoever listens is told. */
  goOnline(is_online) {
    this.is_online = is_online
    if (!is_online) this.breakOff('offline')
    this.network_told.forEach((told) => told(is_online))
  }

  /** As WeChat does it: what is under way when the program leaves the foreground is interrupted. */
  goShown(is_shown) {
    this.is_shown = is_shown
    if (!is_shown) this.breakOff('interrupted')
    this.shown_told.forEach((told) => told(is_shown))
  }

  breakOff(kind) {
    for (const one of this.in_flight) one.reject(failure(kind))
    this.in_flight.clear()
  }

  /** The same phone after the program was ended: storage stays, memory does not. */
  restarted() {
    const next = new FakePhone(this.server, { person: this.person, storage: this.storage })
    next.details = this.details
    return next
  }

  request({ url, method, body, headers, timeout_ms }) {
    this.requests.push({ url, method, body, headers, at: this.now() })
    if (!this.is_online) return Promise.reject(failure('offline'))
    if (!this.is_shown) return Promise.reject(failure('interrupted'))
    return new Promise((resolve, reject) => {
      const one = { reject }
      this.in_flight.add(one)
      this.most_in_flight = Math.max(this.most_in_flight, this.in_flight.size)
      if (this.in_flight.size > REQUESTS_AT_ONCE) this.violations.push('more than 10 requests')
      const said = JSON.parse(JSON.stringify({ body: body ?? null })).body
      // The server hears it even when its answer is lost on the way back.
      setTimeout(() => {
        if (!this.in_flight.has(one)) return
        const reply = this.server.handle({ path: url.replace(/^https?:\/\/[^/]+/, ''), method, body: said, headers })
        if (this.answers_lost > 0) {
          this.answers_lost -= 1
          setTimeout(() => this.end(one, () => reject(failure('timeout'))), timeout_ms - this.latency_ms)
        } else this.end(one, () => resolve(reply))
      }, this.latency_ms)
    })
  }

  /** As a request whose answer is in a file; what was there before is gone. */
  async download({ file, ...call }) {
    this.files = new Map()
    const reply = await this.request({ ...call, method: 'GET' })
    if (reply.status >= 300) return reply
    const path = `usr/${file.name}`
    this.files.set(path, reply.body)
    file.told({ percent: 100, bytes: 1 })
    return { ...reply, body: { path } }
  }

  canShow(path) { return !path.endsWith('.csv') }

  async openFile(path) { this.opened.push(path) }

  async sendFile(path) { this.sent_on.push(path) }

  async forgetFiles() { this.files = new Map() }

  end(one, told) {
    if (this.in_flight.delete(one)) told()
  }

  stream({ onEnd }) {
    onEnd(failure('unsupported'))
    return () => {}
  }

  async login() {
    this.logins += 1
    if (!this.is_online) throw failure('offline')
    return `sim:${this.person}`
  }

  async scan() { throw failure('cancelled') }

  async locate({ isPrecise }) {
    if (this.kept_position && this.now() - this.kept_position.fixed_at < POSITION_MS) return this.kept_position
    this.positions_asked.push({ is_precise: isPrecise, at: this.now() })
    await new Promise((resolve) => setTimeout(resolve, this.locate_ms))
    if (!this.position) throw failure('denied')
    this.kept_position = { ...this.position, coord: 'gcj02', fixed_at: this.now() }
    return this.kept_position
  }

  async chooseLocation() { throw failure('cancelled') }

  async connectedWifi() {
    if (!this.wifi) throw failure('failed', 'no Wi-Fi')
    return this.wifi
  }

  subscribe(template_ids) {
    this.subscriptions_asked.push(template_ids)
    return Promise.resolve(Object.fromEntries(template_ids.map((id) => [id, this.granted])))
  }

  read(key) {
    const text = this.storage.get(key)
    return text === undefined ? null : JSON.parse(text)
  }

  write(key, value) {
    const text = JSON.stringify(value)
    if (Buffer.byteLength(text) > KEY_BYTES) {
      this.violations.push(`more than 1 MB in ${key}`)
      throw failure('failed', 'entry size limit reached', { reason: 'STORAGE_FULL' })
    }
    const others = [...this.storage].filter(([name]) => name !== key).reduce((sum, [name, said]) => sum + name.length + said.length, 0)
    const before = (this.storage.get(key) || '').length
    if (text.length > before && others + key.length + text.length > this.storage_bytes) {
      throw failure('failed', 'storage is full', { reason: 'STORAGE_FULL' })
    }
    this.storage.set(key, text)
    this.writes.push(key)
  }

  remove(key) { this.storage.delete(key) }

  async readSealed(key) {
    await null
    return this.read(key)
  }

  async writeSealed(key, value) {
    await null
    if (Buffer.byteLength(JSON.stringify(value)) > SEALED_BYTES) this.violations.push(`more than 0.7 MB sealed in ${key}`)
    this.write(key, value)
    this.sealed.add(key)
  }

  keys() { return [...this.storage.keys()] }

  async isOnline() { return this.is_online }

  onNetwork(told) { this.network_told.push(told) }

  onShown(told) { this.shown_told.push(told) }

  async randomBytes(count) { return Uint8Array.from({ length: count }, () => Math.floor(Math.random() * 256)) }

  vibrate() {}

  info() { return this.details }

  async permissions() { return {} }

  async openSettings() {}

  async openPrivacyContract() {}

  onPrivacy() { return () => {} }

  async privacy() { return { is_needed: false, contract_name: '' } }

  now() { return Date.now() }
}

module.exports = { FakePhone, failure }

/** One check-in from tap to answer. */

const { pass, soon, until } = require('../clock')
const { createWorld, QR } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const pending = (reason) => ({ outcome: 'pending_review', reasons: [{ reason }], message: '待人工核验' })
const accepted = { outcome: 'accepted', reasons: [], message: '签到成功' }

/** How often a record was asked for. */
const asksFor = (server) => server.heard.filter((one) => one.path.startsWith('/v1/checkins/checkin-')).length

test('a check-in is answered, with evidence and without any field that the server did not name', async () => {
  const { server, phone, services } = createWorld()
  services.checkins.prepare()
  await pass(500)
  const answer = await soon(services.checkins.checkIn({ ...QR, scene: 1011, scan_ms: 900 }))
  expect(answer).toMatchObject({ state: 'answered', message: '签到成功', next_at: null, checkin: { outcome: 'accepted' } })
  const [{ attempt }] = server.attempts
  expect(attempt).toMatchObject({
    method: 'qr', token: QR.token, direction: 'in', claimed_at: '2026-09-01T08:00:00.500Z',
    location: { latitude: 39.9, longitude: 116.4, accuracy_m: 18, coord: 'gcj02', age_ms: 200 },
    client: { scene: 1011, scan_ms: 900, locate_ms: 300, platform: 'android', app_version: '0.1.0' },
  })
  expect(answer.request_id).toMatch(/^mp-/)
  expect(services.records.cached()).toMatchObject({ checkins: [{ outcome: 'accepted' }], queued: [] })
  expect(phone.violations).toEqual([])
})

test('a rollback of the server leaves out what it no longer names', async () => {
  const { server, services } = createWorld()
  server.config.features.checkin_fields = server.config.features.checkin_fields.filter((name) => name !== 'client' && name !== 'elapsed_ms')
  services.checkins.prepare()
  await pass(500)
  await soon(services.checkins.checkIn(QR))
  expect(server.attempts[0].attempt).not.toHaveProperty('client')
  expect(server.attempts[0].attempt).not.toHaveProperty('elapsed_ms')
})

test('an outdated program says so before it does anything', async () => {
  const { server, phone, services } = createWorld()
  server.config.min_version = '0.2.0'
  services.checkins.prepare()
  await pass(500)
  await expect(soon(services.checkins.checkIn(QR))).rejects.toMatchObject({ reason: 'VERSION_OUTDATED', message: expect.stringContaining('版本') })
  expect(server.attempts).toEqual([])
  expect(phone.keys().filter((key) => key.startsWith('outbox'))).toEqual([])
})

test('the attempt is on the storage before it is sent for the first time', async () => {
  const { phone, services } = createWorld()
  await soon(services.session.ensure())
  const stored = []
  const request = phone.request.bind(phone)
  phone.request = (call) => {
    if (call.url.endsWith('/v1/checkins')) stored.push(phone.read('outbox:user-li:000001'))
    return request(call)
  }
  await soon(services.checkins.checkIn(QR))
  expect(stored).toHaveLength(1)
  expect(stored[0][0].attempt).toMatchObject({ method: 'qr', token: QR.token })
})

test('a position that does not come is waited for five seconds and not longer', async () => {
  const { server, phone, services } = createWorld()
  phone.locate_ms = 60000
  const began_at = Date.now()
  const steps = []
  await soon(services.checkins.checkIn(QR, (progress) => steps.push(`${progress.step} ${progress.state}`)))
  expect(Date.now() - began_at).toBeLessThan(5500)
  expect(server.attempts[0].attempt).not.toHaveProperty('location')
  expect(steps).toEqual(['credential done', 'location running', 'location failed', 'send running', 'send done'])
})

test('offline the attempt is kept and said to be saved', async () => {
  const { phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.goOnline(false)
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer).toMatchObject({ state: 'saved', checkin: null, message: '已保存，联网后自动上传' })
  expect(answer.next_at).toBeGreaterThan(Date.now())
  expect(services.records.cached().queued).toMatchObject([{ title: '早会', state: 'waiting', attempt: { token: QR.token } }])
  expect(services.checkins.answer(answer.attempt_id)).toEqual(answer)
})

test('the receipt of a 503 goes along with the next try', async () => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  server.is_down = true
  const answering = services.checkins.checkIn(QR)
  await until(() => server.heard.filter((one) => one.path === '/v1/checkins').length === 1)
  server.is_down = false
  const answer = await soon(answering)
  expect(answer.state).toBe('answered')
  const sent = server.heard.filter((one) => one.path === '/v1/checkins').map((one) => one.body)
  expect(sent).toHaveLength(2)
  expect(sent[0]).not.toHaveProperty('receipt')
  expect(sent[1].receipt).toBe(server.receiptFor(sent[0]))
  expect({ ...sent[1], receipt: undefined, elapsed_ms: 0 }).toEqual({ ...sent[0], receipt: undefined, elapsed_ms: 0 })
  expect(sent[1].elapsed_ms).toBeGreaterThan(sent[0].elapsed_ms)
})

test('the receipt of a long outage is kept, and sent with the sync', async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  world.server.is_down = true
  const answer = await soon(world.services.checkins.checkIn(QR))
  expect(answer).toMatchObject({ state: 'saved', message: '已保存，联网后自动上传' })
  world.server.is_down = false
  const { server, services } = world.restart()
  await soon(services.sync.flush())
  expect(server.syncs[0].attempts[0].receipt).toBe(`receipt-${answer.attempt_id}`)
  expect(services.checkins.answer(answer.attempt_id)).toMatchObject({ state: 'answered', checkin: { outcome: 'accepted' } })
})

test('an answer lost on the way is asked for again, and the same record comes', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.answers_lost = 1
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.state).toBe('answered')
  expect(server.kept.size).toBe(1)
  expect(server.heard.filter((one) => one.path === '/v1/checkins')).toHaveLength(2)
})

test('a refusal is an answer with its record and its sentence', async () => {
  const { server, services } = createWorld()
  const reasons = [{ reason: 'QR_EXPIRED', expired_since_s: 95 }]
  server.judge = () => ({ outcome: 'refused', reasons, message: '二维码已过期' })
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer).toMatchObject({ state: 'answered', message: '二维码已过期', checkin: { outcome: 'refused', reasons } })
  expect(services.sync.state()).toMatchObject({ waiting: 0, refused: 0 })
})

test('what the server will never take stays to be seen until the person lets go of it', async () => {
  const { server, services } = createWorld()
  server.config.features.checkin_fields = [...server.config.features.checkin_fields, 'mood']
  const checkIn = server.checkIn.bind(server)
  server.checkIn = (user, attempt) => checkIn(user, { ...attempt, mood: 'good' })
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer).toMatchObject({ state: 'answered', checkin: null, message: expect.stringContaining('无法受理') })
  expect(services.sync.state()).toMatchObject({ waiting: 0, refused: 1 })
  expect(services.records.cached().queued).toMatchObject([{ state: 'refused' }])
  services.sync.dismiss(answer.attempt_id)
  expect(services.sync.state()).toMatchObject({ waiting: 0, refused: 0 })
})

test('what a static tag says is sent as it is, and a new attempt settles a doubt', async () => {
  const { server, phone, services } = createWorld()
  phone.wifi = { ssid: 'hall', bssid: '0a:1b:2c:3d:4e:5f' }
  server.judge = (attempt) => (attempt.wifi ? accepted : pending('FENCE_UNCERTAIN'))
  const answer = await soon(services.checkins.checkIn({ method: 'nfc', token: 'text-of-a-tag' }))
  expect(answer.checkin.outcome).toBe('accepted')
  expect(server.attempts.map(({ attempt }) => [attempt.method, attempt.token])).toEqual([['nfc', 'text-of-a-tag'], ['nfc', 'text-of-a-tag']])
  expect(services.checkins.isSpent(answer.attempt_id)).toBe(false)
})

test('what a tag says at one touch is sent once, with the Wi-Fi that may settle a doubt', async () => {
  const { server, phone, services } = createWorld()
  phone.wifi = { ssid: 'hall', bssid: '0a:1b:2c:3d:4e:5f' }
  server.judge = () => pending('FENCE_UNCERTAIN')
  const answer = await soon(services.checkins.checkIn({ method: 'nfc', token: 'text.e.c' }))
  expect(server.attempts.map(({ attempt }) => [attempt.token, attempt.wifi])).toEqual([['text.e.c', phone.wifi]])
  expect([answer.checkin.outcome, services.checkins.isSpent(answer.attempt_id)]).toEqual(['pending_review', true])
})

test('a touch without a network waits, and is sent as it was', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.goOnline(false)
  const answer = await soon(services.checkins.checkIn({ method: 'nfc', token: 'text.e.c' }))
  expect([answer.state, services.checkins.isSpent(answer.attempt_id)]).toEqual(['saved', true])
  phone.goOnline(true)
  await until(() => server.attempts.length === 1)
  expect(server.attempts[0].attempt).toMatchObject({ attempt_id: answer.attempt_id, method: 'nfc', token: 'text.e.c' })
})

test.each(['FENCE_UNCERTAIN', 'LOCATION_MISSING', 'WIFI_MISSING'])('on %s the Wi-Fi is read, and a new attempt settles it', async (reason) => {
  const { server, phone, services } = createWorld()
  phone.wifi = { ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }
  server.judge = (attempt) => (attempt.wifi ? accepted : pending(reason))
  const steps = []
  const answer = await soon(services.checkins.checkIn(QR, (progress) => steps.push(`${progress.step} ${progress.state}`)))
  expect(answer.checkin.outcome).toBe('accepted')
  const [first, second] = server.attempts.map((one) => one.attempt)
  expect(second.attempt_id).not.toBe(first.attempt_id)
  expect(first).not.toHaveProperty('wifi')
  expect(second).toMatchObject({ wifi: phone.wifi, token: first.token, claimed_at: first.claimed_at, location: { latitude: 39.9 } })
  expect(steps.slice(-4)).toEqual(['wifi running', 'wifi done', 'send running', 'send done'])
})

test('without a Wi-Fi the first answer stands, and nothing is sent twice', async () => {
  const { server, services } = createWorld()
  server.judge = () => pending('FENCE_UNCERTAIN')
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.checkin.outcome).toBe('pending_review')
  expect(server.attempts).toHaveLength(1)
})

test('a phone without Wi-Fi abilities says that it skips that step', async () => {
  const { server, phone, services } = createWorld()
  phone.details = { ...phone.details, has_wifi: false }
  server.judge = () => pending('FENCE_UNCERTAIN')
  const steps = []
  await soon(services.checkins.checkIn(QR, (progress) => steps.push(`${progress.step} ${progress.state}`)))
  expect(steps[steps.length - 1]).toBe('wifi skipped')
})

test('a precise try waits until the phone gives a new position at all', async () => {
  const { server, phone, services } = createWorld()
  server.judge = (attempt) => (attempt.location.accuracy_m < 10 ? accepted : pending('FENCE_UNCERTAIN'))
  const first = await soon(services.checkins.checkIn(QR))
  phone.position = { ...phone.position, accuracy_m: 5 }
  await pass(10000)
  const waits = []
  const second = await soon(services.checkins.retryPrecisely(first.attempt_id, (progress) => waits.push(progress.text)))
  expect(second.checkin.outcome).toBe('accepted')
  expect(waits).toContain('20 秒后重新定位')
  const [coarse, precise] = phone.positions_asked
  expect(precise.is_precise).toBe(true)
  expect(precise.at - coarse.at).toBeGreaterThanOrEqual(30000)
  expect(server.attempts[1].attempt).toMatchObject({ token: QR.token, location: { accuracy_m: 5 } })
})

test('a second check-in within 30 s uses the same position and tells its age', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.checkins.checkIn(QR))
  await pass(20000)
  await soon(services.checkins.checkIn({ ...QR, direction: 'out' }))
  expect(phone.positions_asked).toHaveLength(1)
  expect(server.attempts[1].attempt.location.age_ms).toBeGreaterThanOrEqual(20000)
  await pass(20000)
  await soon(services.checkins.checkIn(QR))
  expect(phone.positions_asked).toHaveLength(2)
})

test('a full storage is told, and the attempt is sent once all the same', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.storage_bytes = 0
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.state).toBe('answered')
  phone.goOnline(false)
  const unsaved = await soon(services.checkins.checkIn(QR))
  expect(unsaved.state).toBe('unsaved')
  expect(services.sync.state()).toMatchObject({ waiting: 1, unsaved: 1 })
  // Not on the storage, but not dropped either: it goes as soon as there is a network.
  phone.goOnline(true)
  await until(() => server.kept.size === 2)
  await until(() => services.checkins.answer(unsaved.attempt_id).state === 'answered')
})

test('what is said of each is what is kept of it: before and after a restart, and once there is room', async () => {
  const world = createWorld()
  const { phone } = world
  await soon(world.services.session.ensure())
  phone.goOnline(false)
  const kept = await soon(world.services.checkins.checkIn(QR))
  phone.storage_bytes = 0
  const lost = await soon(world.services.checkins.checkIn(QR))
  const states = ({ services }) => [kept, lost].map(({ attempt_id }) => (services.checkins.answer(attempt_id) || { state: 'unknown' }).state)
  expect(states(world)).toEqual(['saved', 'unsaved'])
  expect(world.services.sync.state()).toMatchObject({ waiting: 2, unsaved: 1 })
  phone.storage_bytes = 1048576
  const roomy = await soon(world.services.checkins.checkIn(QR))
  expect(states(world)).toEqual(['saved', 'saved'])
  phone.storage_bytes = 0
  const last = await soon(world.services.checkins.checkIn(QR))
  world.restart()
  expect(states(world)).toEqual(['saved', 'saved'])
  expect(world.services.checkins.answer(roomy.attempt_id).state).toBe('saved')
  expect(world.services.checkins.answer(last.attempt_id)).toBeNull()
})

test('on a slow network the person is told after 3 s, may go, and the answer comes later', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  services.checkins.prepare()
  await pass(1000)
  phone.latency_ms = 7000
  const steps = []
  const checking = services.checkins.checkIn(QR, ({ step, state }) => steps.push(`${step} ${state}`))
  await pass(2900)
  expect(steps).not.toContain('send slow')
  await pass(200)
  expect(steps.at(-1)).toBe('send slow')
  services.checkins.saveForLater()
  const answer = await soon(checking, 100)
  expect(answer.state).toBe('saved')
  await until(() => services.checkins.answer(answer.attempt_id).state === 'answered')
  expect(server.attempts).toHaveLength(1)
  expect(services.sync.state().waiting).toBe(0)
})

test('what the server could not take is sent again by itself while the program runs', async () => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  await soon(services.sync.flush())
  server.is_down = true
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.state).toBe('saved')
  server.is_down = false
  await until(() => services.checkins.answer(answer.attempt_id).state === 'answered')
})

test('trying anew begins with the direction, gate and activity of before', async () => {
  const { services } = createWorld()
  const { attempt_id } = await soon(services.checkins.checkIn({ ...QR, direction: 'out', gate: '东门' }))
  expect(services.checkins.beginning(attempt_id)).toEqual({ direction: 'out', gate: '东门', activity_id: 'a1' })
  expect(services.checkins.beginning('unknown')).toEqual({})
})

test('202 is followed until the judgement is there', async () => {
  const { server, services } = createWorld()
  server.judge = () => ({ outcome: 'provisional', reasons: [{ reason: 'DEPENDENCY_UNAVAILABLE' }], message: '系统确认中' })
  const { checkin } = await soon(services.checkins.checkIn(QR))
  const seen = []
  services.checkins.follow(checkin.id, (record) => seen.push(record.checkin.outcome))
  await pass(7000)
  const kept = [...server.kept.values()][0]
  kept.checkin = { ...kept.checkin, outcome: 'accepted', revision: 2 }
  await until(() => seen.includes('accepted'))
  const asked = asksFor(server)
  await pass(60000)
  expect(seen).toEqual(['provisional', 'accepted'])
  expect(asksFor(server)).toBe(asked)
  expect(services.records.cached().checkins[0].outcome).toBe('accepted')
})

test('following ends when the page does', async () => {
  const { server, services } = createWorld()
  server.judge = () => pending('FENCE_OUTSIDE')
  const { checkin } = await soon(services.checkins.checkIn(QR))
  const stop = services.checkins.follow(checkin.id, () => {})
  await pass(3000)
  stop()
  const asked = asksFor(server)
  await pass(60000)
  expect(asksFor(server)).toBe(asked)
})

test('an answer that comes after the page was left is told to nobody', async () => {
  const { server, phone, services } = createWorld()
  server.judge = () => pending('FENCE_OUTSIDE')
  const { checkin } = await soon(services.checkins.checkIn(QR))
  phone.latency_ms = 500
  const told = []
  const stop = services.checkins.follow(checkin.id, (record) => told.push(record))
  await until(() => phone.requests.some((one) => one.url.includes('/v1/checkins/checkin-')))
  stop()
  await pass(60000)
  expect(asksFor(server)).toBe(1)
  expect(told).toEqual([])
})

/** What waits goes in, what changed comes out. */

const { pass, soon, until } = require('../clock')
const { failure } = require('../fake_phone')
const { Problem } = require('../fake_server')
const { createWorld, QR } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

/** A world where somebody is signed in and then loses the network. */
const offline = async (options) => {
  const world = createWorld(options)
  await soon(world.services.session.ensure())
  world.phone.goOnline(false)
  return world
}

/** Check-ins one after the other, each named by its token. */
const checkIn = async (services, tokens) => {
  for (const token of tokens) await soon(services.checkins.checkIn({ ...QR, token }))
}

const tokensOf = (server) => server.attempts.map((one) => one.attempt.token)

/** A record as the server might have it. */
const checkinOf = (number, more = {}) => ({
  id: `checkin-${number}`, attempt_id: `attempt-${number}`, user_id: 'user-li', outcome: 'accepted', reasons: [], revision: 1,
  checked_in_at: new Date(Date.UTC(2026, 7, 1, 8, number)).toISOString(), ...more,
})

test('three check-ins without a network are synced once when it comes back, in their order', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one', 'two', 'three'])
  expect(services.sync.state()).toMatchObject({ waiting: 3, refused: 0 })
  phone.goOnline(true)
  await until(() => services.sync.state().waiting === 0)
  await pass(60000)
  expect(tokensOf(server)).toEqual(['one', 'two', 'three'])
  expect(server.attempts.every((one) => one.is_offline)).toBe(true)
  const { checkins, queued } = services.records.cached()
  expect(checkins).toHaveLength(3)
  expect(queued).toEqual([])
  expect(services.sync.state()).toMatchObject({ is_running: false, failure: null, last_at: expect.any(Number) })
})

test('what was being sent when the program ended waits again after a cold start', async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  const sending = world.services.checkins.checkIn(QR)
  await until(() => world.phone.in_flight.size === 1)
  sending.catch(() => {})
  const { services } = world.restart()
  expect(services.sync.state().waiting).toBe(1)
  await soon(services.sync.flush())
  expect(services.sync.state().waiting).toBe(0)
  expect(world.server.kept.size).toBe(1)
})

test('more than fifty go in batches of fifty, two seconds apart, in their order', async () => {
  const { server, phone, services } = await offline()
  const tokens = Array.from({ length: 120 }, (_, number) => `token-${number}`)
  await checkIn(services, tokens)
  phone.goOnline(true)
  await until(() => services.sync.state().waiting === 0)
  expect(server.syncs.map((one) => one.attempts.length)).toEqual([50, 50, 20])
  expect(tokensOf(server)).toEqual(tokens)
  const times = server.syncs.map((one) => one.at)
  expect(Math.min(times[1] - times[0], times[2] - times[1])).toBeGreaterThanOrEqual(1990)
  expect(phone.violations).toEqual([])
})

test('one sync runs at a time, however many ask for it', async () => {
  const { server, services } = createWorld()
  await soon(Promise.all([1, 2, 3, 4].map(() => services.sync.flush())))
  expect(server.syncs.length).toBeLessThanOrEqual(2)
})

test('one item that cannot be taken now stays, and the others go', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one', 'two', 'three'])
  const take = server.take.bind(server)
  server.take = (user_id, attempt, is_offline) => {
    if (attempt.token === 'two') throw new Problem(429, 'RATE_LIMITED', { retry_after_s: 30, message: '你有 3 次签到系统确认中' })
    return take(user_id, attempt, is_offline)
  }
  phone.goOnline(true)
  await until(() => services.sync.state().waiting === 1 && !services.sync.state().is_running)
  expect(tokensOf(server)).toEqual(['one', 'three'])
  const [left] = services.sync.queued()
  expect(left).toMatchObject({ state: 'waiting', tries: 2, message: '你有 3 次签到系统确认中', attempt: { token: 'two' } })
  expect(left.next_at - Date.now()).toBeGreaterThan(25000)
  // Nobody needs to do anything for its next try.
  server.take = take
  await pass(20000)
  expect(server.attempts).toHaveLength(2)
  await until(() => services.sync.state().waiting === 0)
})

test('a refusal for good is kept to be seen, also after a restart, until the person lets go of it', async () => {
  const world = await offline()
  await checkIn(world.services, ['good', 'bad'])
  const take = world.server.take.bind(world.server)
  world.server.take = (user_id, attempt, is_offline) => {
    if (attempt.token === 'bad') throw new Problem(409, 'CONFLICT', { message: '这次签到的内容与之前不一致' })
    return take(user_id, attempt, is_offline)
  }
  world.phone.goOnline(true)
  await until(() => world.services.sync.state().waiting === 0)
  const { services, server } = world.restart()
  expect(services.sync.state()).toMatchObject({ waiting: 0, refused: 1 })
  expect(services.records.cached().queued).toMatchObject([{ state: 'refused', message: '这次签到的内容与之前不一致' }])
  const syncs = server.syncs.length
  await soon(services.sync.flush())
  expect(server.syncs.slice(syncs).flatMap((one) => one.attempts)).toEqual([])
  services.sync.dismiss(services.sync.queued()[0].attempt.attempt_id)
  expect(services.sync.queued()).toEqual([])
})

test('a batch that is refused as a whole is taken apart until the bad one stands alone', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one', 'two', 'bad', 'four', 'five'])
  server.sync_fault = (attempts) => {
    if (attempts.some((one) => one.token === 'bad')) throw new Problem(400, 'INVALID_ARGUMENT')
  }
  phone.goOnline(true)
  await until(() => services.sync.state().waiting === 0)
  expect(tokensOf(server)).toEqual(['one', 'two', 'four', 'five'])
  expect(services.sync.queued()).toMatchObject([{ state: 'refused', attempt: { token: 'bad' } }])
})

test('the cursor is kept only after the changes are', async () => {
  const { server, phone, services } = createWorld()
  server.change(checkinOf(1))
  await soon(services.sync.flush())
  const writes = phone.writes.filter((key) => /^(records|cursor):/.test(key))
  expect(writes).toEqual(['records:user-li', 'cursor:user-li'])
  const cursors = server.syncs.map((one) => one.cursor)
  server.change(checkinOf(2))
  await soon(services.sync.flush())
  expect([...cursors, server.syncs[server.syncs.length - 1].cursor]).toEqual(['', '1'])
})

test('where the changes find no room the cursor stays behind, and they come again', async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  world.server.change(checkinOf(1))
  world.phone.storage_bytes = 0
  await soon(world.services.sync.flush())
  expect(world.services.records.cached().checkins).toHaveLength(1)
  expect(world.phone.read('cursor:user-li')).toBeNull()
  const { services, server } = world.restart()
  await soon(services.sync.flush())
  expect(server.syncs[server.syncs.length - 1].cursor).toBe('')
  expect(services.records.cached().checkins).toHaveLength(1)
})

test('a cursor is not written where its changes could not be', async () => {
  const { server, phone, services } = createWorld()
  server.change(checkinOf(1))
  const write = phone.write.bind(phone)
  phone.write = (key, value) => {
    if (key.startsWith('records:')) throw failure('failed', 'storage is full', { reason: 'STORAGE_FULL' })
    write(key, value)
  }
  await soon(services.sync.flush())
  expect(phone.read('cursor:user-li')).toBeNull()
})

test('by itself only what is due is tried again', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['soon', 'later'])
  server.take = (user_id, { token }) => { throw new Problem(503, 'UNAVAILABLE', { retry_after_s: token === 'soon' ? 10 : 200 }) }
  phone.goOnline(true)
  await until(() => server.syncs.length === 1 && !services.sync.state().is_running)
  await pass(150000)
  const tokens = server.syncs.slice(1).flatMap((one) => one.attempts.map((attempt) => attempt.token))
  expect(tokens.length).toBeGreaterThan(1)
  expect(new Set(tokens)).toEqual(new Set(['soon']))
})

test('changes come page by page until there are no more', async () => {
  const { server, services } = createWorld()
  server.page_size = 2
  for (let number = 1; number <= 5; number += 1) server.change(checkinOf(number))
  await soon(services.sync.flush())
  expect(services.records.cached().checkins).toHaveLength(5)
  expect(server.syncs.map((one) => one.cursor)).toEqual(['', '2', '4'])
})

test('a change of account keeps the queue of the other and never sends it', async () => {
  const { server, phone, services } = await offline()
  const mine = await soon(services.checkins.checkIn(QR))
  phone.person = 'wang'
  server.forgetTokens()
  server.refresh_tokens.clear()
  phone.goOnline(true)
  await soon(services.sync.flush())
  expect(services.session.user().id).toBe('user-wang')
  expect(server.attempts).toEqual([])
  expect(services.sync.state().waiting).toBe(0)
  expect(services.records.cached()).toEqual({ checkins: [], queued: [] })
  expect(services.checkins.answer(mine.attempt_id)).toBeNull()
  phone.person = 'li'
  server.forgetTokens()
  server.refresh_tokens.clear()
  await soon(services.sync.flush())
  await until(() => server.attempts.length === 1)
  expect(server.attempts[0].user_id).toBe('user-li')
})

test('the answer to a sync that comes after another person signed in is not theirs', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.sync.flush())
  server.change(checkinOf(1))
  phone.latency_ms = 1000
  const syncing = services.sync.flush()
  await until(() => server.syncs.length === 1 && phone.requests.filter((one) => one.url.endsWith('/sync')).length === 2)
  phone.latency_ms = 20
  phone.person = 'wang'
  await soon(services.session.signOut())
  await soon(services.session.ensure())
  await soon(syncing)
  await soon(services.sync.flush())
  expect(services.records.cached().checkins).toEqual([])
  expect(server.syncs.filter((one) => one.user_id === 'user-wang')[0].cursor).toBe('')
})

test('after a rollback an attempt that the server no longer takes waits', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one'])
  server.config.features.checkin_methods = ['code']
  phone.goOnline(true)
  await until(() => services.sync.state().last_at !== null)
  await pass(30 * 60000)
  expect(server.syncs.flatMap((one) => one.attempts)).toEqual([])
  expect(services.sync.state()).toMatchObject({ waiting: 1, refused: 0 })
  server.config.features.checkin_methods = ['code', 'qr']
  await soon(services.sync.flush())
  expect(services.sync.state().waiting).toBe(0)
})

test('what was queued before anybody could sign in belongs to the person who then does', async () => {
  const { server, phone, services } = createWorld()
  phone.goOnline(false)
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.state).toBe('saved')
  phone.goOnline(true)
  await until(() => server.attempts.length === 1)
  expect(server.attempts[0].user_id).toBe('user-li')
  expect(services.checkins.answer(answer.attempt_id)).toMatchObject({ state: 'answered' })
  await until(() => !services.sync.state().is_running)
  expect(phone.keys().filter((key) => key.startsWith('outbox'))).toEqual([])
})

test('storage that was cleared while the program runs is written again and nothing is lost', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one', 'two'])
  phone.storage.clear()
  await soon(services.sync.flush())
  expect(services.sync.state()).toMatchObject({ waiting: 2, failure: { kind: 'offline' } })
  expect(phone.read('outbox:user-li:000001')).toHaveLength(2)
  phone.goOnline(true)
  await until(() => services.sync.state().waiting === 0)
  expect(tokensOf(server)).toEqual(['one', 'two'])
})

test('storage that was cleared between two starts costs a sign-in and a full fetch, nothing else', async () => {
  const world = createWorld()
  world.server.change(checkinOf(1))
  await soon(world.services.sync.flush())
  world.phone.storage.clear()
  const { services } = world.restart()
  await soon(services.sync.flush())
  expect(services.session.user().id).toBe('user-li')
  expect(services.records.cached().checkins).toHaveLength(1)
})

test('a failed sync says why and is tried again by itself', async () => {
  const { server, phone, services } = await offline()
  await checkIn(services, ['one'])
  server.sync_fault = () => { throw new Problem(503, 'UNAVAILABLE', { retry_after_s: 2 }) }
  phone.goOnline(true)
  await until(() => services.sync.state().failure !== null && services.sync.state().failure.status === 503)
  expect(services.sync.state()).toMatchObject({ waiting: 1, failure: { request_id: expect.stringMatching(/^mp-/), message: '服务暂时不可用，请稍后重试' } })
  server.sync_fault = null
  await until(() => services.sync.state().waiting === 0)
})

test('listeners hear of every change until they leave', async () => {
  const { services } = await offline()
  const heard = []
  const end = services.sync.onChange(() => heard.push(services.sync.state().waiting))
  await checkIn(services, ['one'])
  expect(heard).toContain(1)
  end()
  const before = heard.length
  await checkIn(services, ['two'])
  expect(heard).toHaveLength(before)
})

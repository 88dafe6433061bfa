/** Tokens and who the person is. */

const { pass, soon, until } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const DAY_MS = 86400000

test('however many calls need a token at once, there is one sign-in', async () => {
  const { server, phone, services } = createWorld()
  await soon(Promise.all([services.records.refresh(), services.records.refresh(), services.session.ensure()]))
  expect([phone.logins, server.sign_ins]).toEqual([1, 1])
})

test('a session is remembered over a restart', async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  const { services, server } = world.restart()
  expect(services.session.user()).toMatchObject({ id: 'user-li' })
  await soon(services.records.refresh())
  expect(server.sign_ins).toBe(1)
})

test('at half of its life the token is renewed in the background, once, and nobody waits', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  await pass(3 * DAY_MS)
  await soon(services.records.refresh())
  expect(server.renewals).toBe(0)
  await pass(DAY_MS)
  phone.requests.length = 0
  await soon(Promise.all([services.records.refresh(), services.records.refresh()]))
  const sent = phone.requests.map((one) => [one.url.split('/v1/')[1].split('?')[0], one.headers.authorization])
  expect(sent).toContainEqual(['me/checkins', 'Bearer access-1'])
  await until(() => server.renewals === 1)
  await pass(1000)
  await soon(services.records.refresh())
  expect(server.renewals).toBe(1)
  expect(phone.requests[phone.requests.length - 1].headers.authorization).toBe('Bearer access-2')
  expect(server.sign_ins).toBe(1)
})

test('a dead token is renewed before it is used', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  await pass(8 * DAY_MS)
  await soon(services.records.refresh())
  expect(server.renewals).toBe(1)
  expect(phone.requests.filter((one) => one.headers.authorization === 'Bearer access-1')).toEqual([])
})

test('many refused calls share one renewal and are sent once more each', async () => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  server.forgetTokens()
  await soon(Promise.all(Array.from({ length: 6 }, () => services.records.refresh())))
  expect([server.renewals, server.sign_ins]).toEqual([1, 1])
  expect(server.heard.filter((one) => one.path.startsWith('/v1/me/checkins'))).toHaveLength(12)
})

test('a call that is refused after others have renewed takes their token', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  server.forgetTokens()
  const late = phone.request.bind(phone)
  // One answer comes so late that the renewal of the other call is over by then.
  phone.request = async (call) => {
    const reply = await late(call)
    if (call.url.includes('page_token')) await new Promise((resolve) => setTimeout(resolve, 2000))
    return reply
  }
  const slow = services.organise.activities('page_token').catch((found) => found.status)
  await soon(services.records.refresh())
  expect(await soon(slow)).toBe(404)
  expect(server.renewals).toBe(1)
})

test('where the refresh token is refused too, WeChat signs in again', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  server.forgetTokens()
  server.refresh_tokens.clear()
  await soon(services.records.refresh())
  expect([server.renewals, server.sign_ins, phone.logins]).toEqual([1, 2, 2])
})

test('an answer to a renewal that is lost costs nobody the session', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  server.forgetTokens()
  const heard = phone.request.bind(phone)
  // The server has renewed; the phone waits its whole time for nothing.
  phone.request = async (call) => {
    const reply = await heard(call)
    if (server.renewals === 1 && call.url.endsWith('/v1/auth/refresh')) return new Promise(() => {})
    return reply
  }
  await soon(services.records.refresh())
  expect([server.renewals, server.sign_ins]).toEqual([2, 1])
})

test('a renewal that finds no network keeps the session', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  await pass(8 * DAY_MS)
  phone.goOnline(false)
  await expect(soon(services.records.refresh())).rejects.toMatchObject({ kind: 'offline', message: expect.any(String) })
  expect(services.session.user()).toMatchObject({ id: 'user-li' })
  phone.goOnline(true)
  await soon(services.records.refresh())
  expect(server.sign_ins).toBe(1)
})

test('a name is told to the server and to whoever listens', async () => {
  const { services } = createWorld()
  await soon(services.session.ensure())
  const names = []
  const end = services.session.onChange((user) => names.push(user && user.name))
  expect(await soon(services.session.setName('李雷'))).toMatchObject({ name: '李雷' })
  end()
  expect(services.session.user().name).toBe('李雷')
  expect(names).toEqual(['李雷'])
})

test('signing out forgets the person even without a network', async () => {
  const { phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.goOnline(false)
  await soon(services.session.signOut())
  expect(services.session.user()).toBeNull()
  expect(phone.read('session')).toBeNull()
})

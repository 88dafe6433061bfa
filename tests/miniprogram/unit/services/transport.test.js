/** The way to the server. */

const { createTransport } = require('../../../../miniprogram/services/transport')
const { pass, soon, until } = require('../clock')
const { FakePhone, failure } = require('../fake_phone')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

/** A server of canned answers: each call takes the next one, and the last one for ever. */
const answering = (...answers) => {
  const heard = []
  const handle = (call) => {
    heard.push({ ...call, at: Date.now() })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return { headers: {}, body: {}, ...answer }
  }
  const phone = new FakePhone({ handle })
  return { phone, heard, transport: createTransport(phone, 'https://server') }
}

const get = { method: 'GET', path: '/v1/me' }
const post = { method: 'POST', path: '/v1/thing', body: {} }

test('eight requests fly at once, the rest waits, and what is urgent goes first', async () => {
  const { phone, heard, transport } = answering({ status: 200 })
  const calls = Array.from({ length: 20 }, (_, number) => transport.send({ ...get, path: `/v1/${number}` }))
  const urgent = transport.send({ ...post, is_urgent: true })
  await soon(Promise.all([...calls, urgent]))
  expect(phone.most_in_flight).toBe(8)
  expect(heard.findIndex((one) => one.path === '/v1/thing')).toBe(8)
})

test('a failed request makes room for the next', async () => {
  const { phone, transport } = answering({ status: 404 })
  const calls = Array.from({ length: 30 }, () => transport.send(post).catch((found) => found.status))
  expect(await soon(Promise.all(calls))).toEqual(Array(30).fill(404))
  expect(phone.most_in_flight).toBe(8)
})

test('what changes something is sent once, what only asks is sent again', async () => {
  const { heard, transport } = answering({ status: 503 })
  await expect(soon(transport.send(post))).rejects.toMatchObject({ kind: 'problem', status: 503, message: '服务暂时不可用，请稍后重试' })
  expect(heard).toHaveLength(1)
  await expect(soon(transport.send(get))).rejects.toMatchObject({ status: 503 })
  expect(heard).toHaveLength(4)
})

test('Retry-After is respected, and one that is too long is told instead of waited for', async () => {
  const { heard, transport } = answering({ status: 503, headers: { 'retry-after': '4' } }, { status: 429, headers: { 'retry-after': '60' } })
  await expect(soon(transport.send(get))).rejects.toMatchObject({ status: 429, retry_after_s: 60 })
  expect(heard).toHaveLength(2)
  expect(heard[1].at - heard[0].at).toBeGreaterThanOrEqual(4000)
})

test('a refusal is not repeated, and carries what the server said', async () => {
  const body = { reason: 'INVALID_ARGUMENT', detail: 'no', errors: [{ field: 'name', message: 'is missing' }] }
  const { heard, transport } = answering({ status: 422, body, headers: { 'x-request-id': 'server-7' } })
  await expect(soon(transport.send(get))).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', errors: body.errors, request_id: 'server-7' })
  expect(heard).toHaveLength(1)
})

test('every try of a call has the same id, and other calls have other ones', async () => {
  const { heard, transport } = answering({ status: 502 }, { status: 200 })
  await soon(transport.send(get))
  await soon(transport.send(get))
  const [first, again, other] = heard.map((one) => one.headers['x-request-id'])
  expect(first).toMatch(/^[A-Za-z0-9._-]{1,64}$/)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('what the background interrupted is sent again once the program is back', async () => {
  const { phone, heard, transport } = answering({ status: 200, body: { name: 'li' } })
  const sending = transport.send(get)
  await pass(5)
  phone.goShown(false)
  await pass(120000)
  expect(heard).toHaveLength(0)
  phone.goShown(true)
  expect((await soon(sending)).body).toEqual({ name: 'li' })
})

test('what must not be repeated is not repeated after the background either', async () => {
  const { phone, transport } = answering({ status: 200 })
  const sending = transport.send(post)
  sending.catch(() => {})
  await pass(5)
  phone.goShown(false)
  await expect(soon(sending)).rejects.toMatchObject({ kind: 'interrupted' })
})

test('without a network it fails at once', async () => {
  const { phone, transport } = answering({ status: 200 })
  phone.goOnline(false)
  const failed = soon(transport.send(get), 100)
  await expect(failed).rejects.toMatchObject({ kind: 'offline', message: '网络不可用，请检查网络后重试' })
  // Nobody could look up a request that never left the phone.
  await expect(failed).rejects.not.toHaveProperty('request_id')
})

test('a phone that never tells of a timeout does not block the line', async () => {
  const { phone, transport } = answering({ status: 200 })
  phone.request = () => new Promise(() => {})
  await expect(soon(transport.send({ ...post, timeout_ms: 2000 }))).rejects.toMatchObject({ kind: 'timeout', request_id: expect.any(String) })
})

test('the clock of the server is learnt from its answers, best from an exact one', async () => {
  const ahead_ms = 90000
  const { phone, transport } = answering(
    { status: 200, headers: { date: new Date(Date.parse('2026-09-01T08:00:00Z') + ahead_ms).toUTCString() } },
    { status: 200, body: { server_time: new Date(Date.parse('2026-09-01T08:00:00.030Z') + ahead_ms).toISOString() } },
    { status: 200, headers: { date: 'Tue, 01 Sep 2026 12:00:00 GMT' } },
  )
  await soon(transport.send(get))
  expect(Math.abs(transport.serverNow() - phone.now() - ahead_ms)).toBeLessThan(600)
  await soon(transport.send(get))
  const known = transport.serverNow() - phone.now()
  expect(Math.abs(known - ahead_ms)).toBeLessThanOrEqual(30)
  await soon(transport.send(get))
  expect(transport.serverNow() - phone.now()).toBe(known)
})

test('an answer that is no failure of ours stays what it is', async () => {
  const { phone, transport } = answering({ status: 200 })
  phone.request = () => Promise.reject(failure('failed', 'url not in domain list'))
  const sending = transport.send(post)
  await until(() => true)
  await expect(soon(sending)).rejects.toMatchObject({ kind: 'failed', message: '出错了，请稍后重试' })
})

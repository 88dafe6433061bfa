/** What organisers and staff do. */

const { createLive } = require('../../../../miniprogram/services/live')
const { pass, soon, until } = require('../clock')
const { failure } = require('../fake_phone')
const { Problem } = require('../fake_server')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const ACTIVITY = { id: 'a1', title: '早会' }

const signedIn = async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  return world
}

describe('staff check others in', () => {
  test('each person gets a result, and nothing is left in the queue', async () => {
    const { server, services } = await signedIn()
    const { results } = await soon(services.organise.checkInOthers(ACTIVITY, ['user-a', 'user-b'], 'in', '东门'))
    expect(results.map((one) => [one.user_id, one.outcome])).toEqual([['user-a', 'accepted'], ['user-b', 'accepted']])
    expect(server.attempts[0].attempt).toMatchObject({ user_id: 'user-a', direction: 'in', gate: '东门' })
    expect(services.sync.state()).toMatchObject({ waiting: 0, refused: 0 })
    expect(services.records.cached()).toEqual({ checkins: [], queued: [] })
  })

  test('without a network and without room it says that nothing is kept', async () => {
    const { phone, services } = await signedIn()
    phone.goOnline(false)
    phone.storage_bytes = 0
    expect(await soon(services.organise.checkInOthers(ACTIVITY, ['user-a', 'user-b'], 'in'))).toEqual({ results: null, is_kept: false })
    expect(services.sync.state()).toMatchObject({ waiting: 2, unsaved: 2 })
  })

  test('without a network it is queued and goes with the sync, and is never among one\'s own records', async () => {
    const { server, phone, services } = await signedIn()
    phone.goOnline(false)
    expect(await soon(services.organise.checkInOthers(ACTIVITY, ['user-a', 'user-b'], 'in'))).toEqual({ results: null, is_kept: true })
    expect(services.sync.state().waiting).toBe(2)
    expect(services.records.cached().queued).toEqual([])
    expect(services.sync.queued()).toMatchObject([{ title: '早会', attempt: { user_id: 'user-a', method: 'staff' } }, {}])
    phone.goOnline(true)
    await until(() => services.sync.state().waiting === 0)
    expect(server.syncs[0].attempts.map((one) => [one.method, one.activity_id, one.user_id])).toEqual([['staff', 'a1', 'user-a'], ['staff', 'a1', 'user-b']])
    expect(services.records.cached().checkins).toEqual([])
  })

  test('somebody refused in a sync stays to be seen by the staff', async () => {
    const { server, phone, services } = await signedIn()
    server.judge = (attempt, user_id) => (user_id === 'user-b'
      ? { outcome: 'refused', reasons: [{ reason: 'TOO_LATE' }], message: '签到已结束' }
      : { outcome: 'accepted', reasons: [], message: '已为其签到' })
    phone.goOnline(false)
    await soon(services.organise.checkInOthers(ACTIVITY, ['user-a', 'user-b'], 'in'))
    phone.goOnline(true)
    await until(() => services.sync.state().waiting === 0)
    expect(services.sync.queued()).toMatchObject([{ state: 'refused', message: '签到已结束', attempt: { user_id: 'user-b' } }])
  })

  test('who may not is told, and nothing stays', async () => {
    const { server, services } = await signedIn()
    server.letIn = () => { throw new Problem(403, 'PERMISSION_DENIED') }
    await expect(soon(services.organise.checkInOthers(ACTIVITY, ['user-a'], 'in'))).rejects.toMatchObject({ status: 403 })
    expect(services.sync.queued()).toEqual([])
  })

  test('one who cannot be taken now stays with the receipt', async () => {
    const { server, services } = await signedIn()
    const take = server.take.bind(server)
    server.take = (user_id, ...rest) => {
      if (user_id === 'user-b') throw new Problem(503, 'UNAVAILABLE', { retry_after_s: 2 })
      return take(user_id, ...rest)
    }
    const { results } = await soon(services.organise.checkInOthers(ACTIVITY, ['user-a', 'user-b'], 'in'))
    expect(results.map((one) => one.retryable)).toEqual([false, true])
    expect(services.sync.queued()).toMatchObject([{ state: 'waiting', attempt: { user_id: 'user-b', receipt: expect.stringContaining('receipt-') } }])
  })

  test('a whole room goes in several requests of a bounded size', async () => {
    const { server, services } = await signedIn()
    const people = Array.from({ length: 230 }, (_, number) => `user-${number}`)
    const { results } = await soon(services.organise.checkInOthers(ACTIVITY, people, 'in'))
    expect(results.map((one) => one.user_id)).toEqual(people)
    expect(server.heard.filter((one) => one.path.endsWith('/batch')).map((one) => one.body.checkins.length)).toEqual([100, 100, 30])
  })
})

describe('a draft becomes one activity', () => {
  const shown = (server) => server.activities.map(({ title, state }) => [title, state])

  /** Loses every answer to some calls, though the server takes them; gives a function that ends it. */
  const losing = (phone, ending) => {
    const heard = phone.request.bind(phone)
    phone.request = async (call) => {
      const reply = await heard(call)
      if (call.url.endsWith(ending)) throw { kind: 'timeout' }
      return reply
    }
    return () => { phone.request = heard }
  }

  test('however often its creation has to be sent', async () => {
    const { server, phone, services } = await signedIn()
    phone.answers_lost = 1
    await soon(services.organise.opening()({ title: '早会' }))
    const sent = server.heard.filter((one) => one.path === '/v1/activities')
    expect(new Set(sent.map((one) => one.headers['idempotency-key'])).size).toBe(1)
    expect([sent.length, shown(server)]).toEqual([2, [['早会', 'published']]])
  })

  test.each(['/v1/activities', '/publish'])('where every answer of %s is lost and the organiser taps again', async (lost) => {
    const { server, phone, services } = await signedIn()
    const open = services.organise.opening()
    const find = losing(phone, lost)
    await expect(soon(open({ title: '早会' }))).rejects.toMatchObject({ kind: 'timeout' })
    find()
    await soon(open({ title: '早会' }))
    expect(shown(server)).toEqual([['早会', 'published']])
  })

  test('where the answer of its publication is lost, and it is edited, twice, before the next tap', async () => {
    const { server, phone, services } = await signedIn()
    const open = services.organise.opening()
    const find = losing(phone, '/publish')
    await expect(soon(open({ title: '早会' }))).rejects.toMatchObject({ kind: 'timeout' })
    await expect(soon(open({ title: '晚会' }))).rejects.toMatchObject({ kind: 'timeout' })
    find()
    const { title } = await soon(open({ title: '午会' }))
    expect(title).toBe('午会')
    expect(shown(server)).toEqual([['早会', 'cancelled'], ['晚会', 'cancelled'], ['午会', 'published']])
  })

  test('and the same draft on the next page becomes another one', async () => {
    const { server, services } = await signedIn()
    await soon(services.organise.opening()({ title: '早会' }))
    await soon(services.organise.opening()({ title: '早会' }))
    expect(shown(server)).toEqual([['早会', 'published'], ['早会', 'published']])
  })
})

test('what is asked again because no answer came has the same key, and something else has its own', async () => {
  const { server, phone, services } = await signedIn()
  const keys = () => server.heard.filter((one) => one.path === '/v1/organisations').map((one) => one.headers['idempotency-key'])
  phone.answers_lost = 3
  await expect(soon(services.organisations.create('书社'))).rejects.toMatchObject({ kind: 'timeout' })
  await soon(services.organisations.create('书社'))
  expect([keys().length, new Set(keys()).size]).toEqual([4, 1])
  await soon(services.organisations.create('棋社'))
  await soon(services.organisations.create('书社'))
  expect(new Set(keys()).size).toBe(3)
})

describe('live numbers', () => {
  /** A live over streams and polls that the test drives. */
  const lively = (has_chunked) => {
    const streams = []
    const state = { renewed: 0, stats: async () => ({ checked_in: 1 }) }
    const platform = {
      info: () => ({ has_chunked }),
      stream: (call) => {
        const one = { ...call, is_ended: false }
        streams.push(one)
        return () => { one.is_ended = true }
      },
    }
    const session = { token: async () => `token-${state.renewed}`, renew: async () => { state.renewed += 1 } }
    const told = []
    const whole = []
    const failed = []
    const changed = []
    const live = createLive(platform, { base: 'https://h' }, session, (id) => state.stats(id))
    const open = () => live('a1', (stats) => { told.push(stats.checked_in); whole.push(stats) }, (found) => failed.push(found), () => changed.push(told.length))
    return { streams, state, told, whole, failed, changed, open }
  }

  test('numbers of a stream are told as they come', async () => {
    const { streams, told, open } = lively(true)
    const end = open()
    await pass(0)
    expect(streams[0]).toMatchObject({ url: 'https://h/v1/activities/a1/live', headers: { authorization: 'Bearer token-0' } })
    streams[0].onText('id: 5-0\nevent: stats\ndata: {"checked_in":3}\n\nevent: checkin\nda')
    streams[0].onText('ta: {}\n\nevent: stats\ndata: {"checked_in":4}\n\n')
    expect(told).toEqual([3, 4])
    end()
    expect(streams[0].is_ended).toBe(true)
  })

  test('an edit is told once, also when it was made during a break', async () => {
    const { streams, changed, open } = lively(true)
    const end = open()
    await pass(0)
    const say = (revision) => streams[streams.length - 1].onText(`event: activity\ndata: {"revision":${revision}}\n\n`)
    say(3)
    say(3)
    say(4)
    expect(changed).toHaveLength(2)
    streams[0].onEnd()
    await pass(1500)
    say(4)
    expect(changed).toHaveLength(2)
    say(6)
    end()
    say(7)
    expect(changed).toHaveLength(3)
  })

  test('where nobody tells, it may have been edited whenever numbers are asked for', async () => {
    const { told, changed, open } = lively(false)
    const end = open()
    await pass(3000)
    end()
    await pass(9000)
    expect(changed).toEqual([1, 2])
    expect(told).toHaveLength(2)
  })

  test('minutes that changed are laid into those that are known, and a reset begins anew', async () => {
    const { streams, whole, open } = lively(true)
    open()
    await pass(0)
    const say = (event, data, id = '') => streams[streams.length - 1].onText(`${id && `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const at = (minute, count, span_s = 60) => ({ minute, count, span_s })
    say('stats', { checked_in: 3, by_minute: [at('m1', 1), at('m2', 2)] }, '5-0')
    say('stats', { checked_in: 5, by_minute: [at('m1', 0), at('m1', 4, 900), at('m3', 1)], is_partial: true })
    expect(whole[1]).toEqual({ checked_in: 5, by_minute: [at('m2', 2), at('m1', 4, 900), at('m3', 1)] })
    say('reset', {})
    say('stats', { checked_in: 9, by_minute: [at('m9', 9)] }, '8-0')
    expect(whole[2]).toEqual({ checked_in: 9, by_minute: [at('m9', 9)] })
    streams[0].onEnd(failure('interrupted'))
    await pass(2000)
    expect(streams[1].headers['last-event-id']).toBe('8-0')
  })

  test('a stream that broke is opened again where it was', async () => {
    const { streams, failed, open } = lively(true)
    open()
    await pass(0)
    streams[0].onText('id: 5-0\nevent: stats\ndata: {}\n\n')
    streams[0].onEnd(failure('interrupted'))
    await pass(2000)
    expect(streams[1].headers['last-event-id']).toBe('5-0')
    expect(failed).toMatchObject([{ kind: 'interrupted' }])
  })

  test('a stream that fell silent is opened again', async () => {
    const { streams, open } = lively(true)
    open()
    await pass(30000)
    streams[0].onText(':\n\n')
    await pass(30000)
    expect(streams).toHaveLength(1)
    await pass(15000)
    expect(streams).toHaveLength(2)
    expect(streams[0].is_ended).toBe(true)
  })

  test('a dead token is renewed for the next stream', async () => {
    const { streams, open } = lively(true)
    open()
    await pass(0)
    streams[0].onEnd(failure('problem', '', { status: 401 }))
    await pass(2000)
    expect(streams[1].headers.authorization).toBe('Bearer token-1')
  })

  test('who may no longer see them is told once, and nothing is opened again', async () => {
    const { streams, failed, open } = lively(true)
    open()
    await pass(0)
    streams[0].onEnd(failure('problem', '', { status: 403 }))
    await pass(60000)
    expect(streams).toHaveLength(1)
    expect(failed).toMatchObject([{ status: 403 }])
  })

  test('without chunks the numbers are asked for every three seconds until it ends', async () => {
    const { state, streams, told, failed, open } = lively(false)
    const end = open()
    await pass(6500)
    expect(told).toEqual([1, 1, 1])
    state.stats = async () => { throw failure('offline') }
    await pass(3000)
    expect(failed).toMatchObject([{ kind: 'offline' }])
    state.stats = async () => ({ checked_in: 2 })
    await pass(3000)
    end()
    await pass(60000)
    expect(told).toEqual([1, 1, 1, 2])
    expect(streams).toEqual([])
  })

  test('a phone that finds out late that it has no chunks asks instead', async () => {
    const { streams, told, open } = lively(true)
    open()
    await pass(0)
    streams[0].onEnd(failure('unsupported'))
    await pass(3500)
    expect(told).toEqual([1, 1])
  })
})

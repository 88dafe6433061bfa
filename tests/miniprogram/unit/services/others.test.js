/** Activities met, consents to messages, events. */

const { createEvents } = require('../../../../miniprogram/services/events')
const { pass, soon, until } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

describe('activities', () => {
  const card = (number, more = {}) => ({
    activity_id: `a${number}`, occurrence_id: `o${number}`, title: `活动 ${number}`, state: 'published',
    starts_at: new Date(Date.UTC(2026, 8, 1, 8 + number)).toISOString(), closes_at: new Date(Date.UTC(2026, 8, 1, 9 + number)).toISOString(), ...more,
  })

  /** A world whose server resolves codes and tokens to these cards. */
  const resolving = async (cards) => {
    const world = createWorld()
    const route = world.server.route.bind(world.server)
    world.server.route = (path, method, body, headers) => {
      if (!path.startsWith('/v1/activities/resolve')) return route(path, method, body, headers)
      const asked = new URLSearchParams(path.split('?')[1])
      const found = cards[(body && body.token) || asked.get('code') || asked.get('activity_id')]
      return found ? [200, found] : route('/v1/unknown', method, body, headers)
    }
    await soon(world.services.session.ensure())
    return world
  }

  test('what was met and is not over is what is next, soonest first, also after a restart', async () => {
    const world = await resolving({ tok: card(5), ABC123: card(1), gone: card(2, { state: 'cancelled' }), a0: card(0) })
    expect((await soon(world.services.activities.byToken('tok'))).title).toBe('活动 5')
    await soon(world.services.activities.byCode(' abc123 '))
    await soon(world.services.activities.byId('gone'))
    await soon(world.services.activities.byId('a0'))
    expect(world.services.activities.upcoming().map((one) => one.activity_id)).toEqual(['a0', 'a1', 'a5'])
    const { services } = world.restart()
    await pass(65 * 60000)
    expect(services.activities.upcoming().map((one) => one.activity_id)).toEqual(['a1', 'a5'])
  })

  test('the next one is looked at again, once a minute, and gone once it was called off', async () => {
    const cards = { a1: card(1), a2: card(2) }
    const { server, services } = await resolving(cards)
    await soon(services.activities.byId('a2'))
    await soon(services.activities.byId('a1'))
    const asked = () => server.heard.filter((one) => one.path.includes('resolve')).length
    await soon(services.activities.refresh())
    await soon(services.activities.refresh())
    expect(asked()).toBe(3)
    cards.a1 = card(1, { state: 'cancelled' })
    await pass(60000)
    await soon(services.activities.refresh())
    expect(services.activities.upcoming().map((one) => one.activity_id)).toEqual(['a2'])
    delete cards.a2
    await pass(60000)
    await soon(services.activities.refresh())
    expect(services.activities.upcoming()).toEqual([])
  })

  test('without a network what is next stays as it was known', async () => {
    const { phone, services } = await resolving({ a1: card(1) })
    await soon(services.activities.byId('a1'))
    phone.goOnline(false)
    await soon(services.activities.refresh())
    expect(services.activities.upcoming().map((one) => one.activity_id)).toEqual(['a1'])
  })

  test('the same one met again is there once, as it was last', async () => {
    const cards = { tok: card(5) }
    const { services } = await resolving(cards)
    await soon(services.activities.byToken('tok'))
    cards.tok = card(5, { title: '改名' })
    await soon(services.activities.byToken('tok'))
    expect(services.activities.upcoming().map((one) => one.title)).toEqual(['改名'])
  })
})

describe('subscriptions', () => {
  const withTemplates = async () => {
    const world = createWorld()
    world.server.config.subscription_templates = [{ name: 'result', template_id: 't-1' }, { name: 'reminder', template_id: 't-2' }]
    await soon(world.services.sync.flush())
    return world
  }

  test('a server without templates asks nobody anything', async () => {
    const { phone, services } = createWorld()
    expect(await services.subscriptions.ask(['result'])).toEqual({})
    expect(phone.subscriptions_asked).toEqual([])
  })

  test('WeChat is asked within the tap, before anything is waited for', async () => {
    const { phone, services } = await withTemplates()
    services.subscriptions.ask(['result', 'unknown'])
    expect(phone.subscriptions_asked).toEqual([['t-1']])
  })

  test('what was granted is told to the server, which counts it', async () => {
    const { server, services } = await withTemplates()
    expect(await soon(services.subscriptions.ask(['result', 'reminder']))).toEqual({ 't-1': 'accept', 't-2': 'accept' })
    await until(() => services.subscriptions.quotas()['t-2'] === 1)
    expect(server.grants).toEqual([{ template_id: 't-1', result: 'accept' }, { template_id: 't-2', result: 'accept' }])
  })

  test('a grant without a network is told later, once, also after a restart', async () => {
    const world = await withTemplates()
    world.phone.goOnline(false)
    await soon(world.services.subscriptions.ask(['result']))
    const { server, services } = world.restart()
    await soon(services.sync.flush())
    await soon(services.sync.flush())
    expect(server.grants).toEqual([{ template_id: 't-1', result: 'accept' }])
    expect(server.heard.filter((one) => one.method === 'POST' && one.path === '/v1/me/subscriptions')).toHaveLength(1)
  })
})

describe('events', () => {
  /** Events of a phone on which chance is what the test says. */
  const eventsOf = (chance, config = {}, event_fields = ['name', 'took_ms', 'reason', 'platform']) => {
    const sent = []
    const api = { send: async (call) => { sent.push(call.body.events) } }
    const events = createEvents({ info: () => ({ platform: 'windows' }) }, api, { said: () => config, features: () => ({ event_fields }) }, () => chance)
    return { sent, events }
  }

  test('a sample is told together and later', async () => {
    const { sent, events } = eventsOf(0.09)
    events.add({ name: 'locate', took_ms: 12.6 })
    events.add({ name: 'scan_failed', reason: 'something_new' })
    expect(sent).toEqual([])
    await pass(10000)
    expect(sent).toEqual([[{ name: 'locate', took_ms: 13, platform: 'other' }, { name: 'scan_failed', reason: 'failed', platform: 'other' }]])
    await pass(60000)
    expect(sent).toHaveLength(1)
  })

  test('who is not in the sample tells nothing, and the server sets the rate', async () => {
    for (const { sent, events } of [eventsOf(0.11), eventsOf(0.05, { event_sample_rate: 0.01 })]) {
      events.add({ name: 'locate' })
      await pass(60000)
      expect(sent).toEqual([])
    }
  })

  test('of which activity is told to a server that takes it', async () => {
    for (const takes of [true, false]) {
      const { sent, events } = eventsOf(0, {}, ['name', 'platform', ...(takes ? ['activity_id'] : [])])
      events.add({ name: 'scan_cancelled', activity_id: 'a' })
      await pass(10000)
      expect(sent).toEqual([[{ name: 'scan_cancelled', platform: 'other', ...(takes && { activity_id: 'a' }) }]])
    }
  })

  test('what the server does not count is not told', async () => {
    const { sent, events } = eventsOf(0)
    events.add({ name: 'mood' })
    await pass(60000)
    expect(sent).toEqual([])
  })
})

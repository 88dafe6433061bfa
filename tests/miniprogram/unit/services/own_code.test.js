/** One's own code: drawn without a network, by keys that were fetched when there was one. */

const { fault, isFor, parse } = require('../../../../miniprogram/core/person_code')
const { pass, soon } = require('../clock')
const { createWorld } = require('../world')

const ACTIVITY = '019a8b6c-2f4e-7d31-8c5a-0b1c2d3e4f50'
const PERIOD_MS = 30 * 86400 * 1000

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const signedIn = async () => {
  const world = createWorld()
  world.server.user_ids.li = '01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f'
  await soon(world.services.session.ensure())
  return world
}

const drawn = async ({ services }) => {
  const { text } = await soon(services.own_code.draw(ACTIVITY))
  return parse(text)
}

const asked = ({ server }) => server.heard.filter((one) => one.path === '/v1/me/code').length

test('it is one\'s own, for the activity, and good now', async () => {
  const world = await signedIn()
  const code = await drawn(world)
  expect(code.user_id).toBe(world.services.session.user().id)
  expect(isFor(code, ACTIVITY)).toBe(true)
  expect(fault(code, Date.now())).toBeNull()
  expect(world.server.isCodeOf(code, ACTIVITY)).toBe(true)
})

test('each is another one', async () => {
  const world = await signedIn()
  expect((await drawn(world)).nonce).not.toBe((await drawn(world)).nonce)
})

test('after a restart without a network it is drawn by what was kept, which is encrypted', async () => {
  const world = await signedIn()
  await soon(world.services.own_code.refresh())
  expect([...world.phone.sealed]).toEqual([`code:${world.services.session.user().id}`])
  world.restart()
  world.phone.goOnline(false)
  expect(world.server.isCodeOf(await drawn(world), ACTIVITY)).toBe(true)
})

test('the keys of the next period are on the phone before it begins', async () => {
  const world = await signedIn()
  await soon(world.services.own_code.refresh())
  world.restart()
  world.phone.goOnline(false)
  await pass(PERIOD_MS)
  expect(world.server.isCodeOf(await drawn(world), ACTIVITY)).toBe(true)
  await pass(PERIOD_MS)
  await expect(soon(world.services.own_code.draw(ACTIVITY))).rejects.toMatchObject({ reason: 'CODE_KEYS_OLD' })
  world.phone.goOnline(true)
  expect(world.server.isCodeOf(await drawn(world), ACTIVITY)).toBe(true)
})

test('without keys and without a network it says so', async () => {
  const world = await signedIn()
  world.phone.goOnline(false)
  await expect(soon(world.services.own_code.draw(ACTIVITY))).rejects.toMatchObject({ reason: 'CODE_KEYS_MISSING' })
})

test('the server is asked when keys are due, and not at each start of a room of phones', async () => {
  const world = await signedIn()
  await soon(world.services.own_code.refresh())
  await soon(world.services.own_code.refresh())
  await soon(world.restart().services.own_code.refresh())
  expect(asked(world)).toBe(1)
  await pass(PERIOD_MS)
  await soon(world.services.own_code.refresh())
  expect(asked(world)).toBe(2)
})

test('a phone whose clock is three hours off draws by the server\'s, also after a start without a network', async () => {
  const world = await signedIn()
  world.server.clock_ahead_ms = 3 * 3600000
  await soon(world.services.own_code.refresh())
  world.restart()
  world.phone.goOnline(false)
  expect(fault(await drawn(world), world.server.now())).toBeNull()
})

test('the keys are gone with the sign-out, also those that were on their way', async () => {
  const world = await signedIn()
  await soon(world.services.own_code.refresh())
  await soon(world.services.session.signOut())
  expect(world.phone.keys().filter((key) => key.startsWith('code:'))).toEqual([])
  await soon(world.services.session.ensure())
  const fetching = world.services.own_code.refresh(true)
  await soon(world.services.session.signOut())
  await soon(fetching)
  expect(world.phone.keys().filter((key) => key.startsWith('code:'))).toEqual([])
})

test('what the roster calls one is remembered for the door without a network', async () => {
  const world = await signedIn()
  world.server.own_entry = { entry: { name: '李雷', group: '一班', number: '', shown: [] }, is_listed: true, roster_title: '' }
  await soon(world.services.own_code.refresh())
  expect(await soon(world.services.own_code.who(ACTIVITY))).toEqual({ name: '李雷', group: '一班' })
  world.restart()
  world.phone.goOnline(false)
  expect(await soon(world.services.own_code.who(ACTIVITY))).toEqual({ name: '李雷', group: '一班' })
  expect(await soon(world.services.own_code.who('another'))).toEqual({ name: 'li', group: '' })
})

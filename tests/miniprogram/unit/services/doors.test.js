/** A phone of staff at a door: with a network, without one, and when it may no longer. */

const { draw } = require('../../../../miniprogram/core/person_code')
const { pass, soon, until } = require('../clock')
const { Problem } = require('../fake_server')
const { createWorld } = require('../world')

const ACTIVITY = { id: '019a8b6c-2f4e-7d31-8c5a-0b1c2d3e4f50', title: '早会', own_role: 'staff', state: 'published', gates: ['北门', '南门'], reentry: 'in_out' }
const ANOTHER = '019a8b6c-2f4e-7d31-8c5a-0b1cffffffff'
const WANG = '019a8b6c-0001-7abc-9def-0123456789ab'
const STRANGER = '019a8b6c-0003-7abc-9def-0123456789ab'
const CODE = 'CCCCCCCCCC'

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

let nonce = 0
/** What the phone of somebody shows, or showed. */
const shown = ({ server }, user_id, { activity_id = ACTIVITY.id, ago_s = 0 } = {}) => {
  nonce += 1
  const issued_at = Math.floor(server.now() / 1000) - ago_s
  return { person_token: draw({ key: server.door.codeKey(user_id, activity_id), user_id, activity_id, issued_at, nonce: Uint8Array.from([0, 0, nonce >> 8, nonce & 255]) }) }
}

/** A door with two people on its roster, on a phone that has been prepared. */
const prepared = async () => {
  const world = createWorld()
  world.server.activity = { ...ACTIVITY }
  world.server.door.list({ entry_id: 'e-wang', user_id: WANG, name: '王小明', group: '一班', phone_tail: '0001', is_bound: true })
  world.server.door.list({ entry_id: 'e-li', name: '李小红', entry_code: 'CCCCC-CCCCC' })
  await soon(world.services.session.ensure())
  return opened(world)
}

const opened = async (world) => {
  world.door = world.services.doors.of(ACTIVITY.id)
  await soon(world.door.open())
  return world
}

const lookedAt = async ({ door }, who) => soon(door.look(await soon(door.lookHere(who))))
const letIn = async (world, who, direction = 'in', gate = '北门') => soon(world.door.letIn(await lookedAt(world, who), direction, gate))
const keysOf = ({ phone }) => phone.keys().filter((key) => key.startsWith('door:'))

describe('with a network', () => {
  test('somebody is looked at and let in by one attempt', async () => {
    const world = await prepared()
    const look = await lookedAt(world, shown(world, WANG))
    expect(look).toMatchObject({ person: { name: '王小明', group: '一班' }, held: null, fault: null, is_here: false })
    const answer = await soon(world.door.letIn(look, 'in', '北门'))
    expect(answer).toMatchObject({ outcome: 'accepted', kept: null })
    expect(world.server.attempts[0].attempt).toMatchObject({ attempt_id: world.server.door.looks[0].attempt_id, gate: '北门', direction: 'in' })
    expect(world.door.state()).toMatchObject({ waiting: 0, refused: [], done: 1, recent: [{ name: '王小明', gate: '北门' }] })
  })

  test('a code that was seen and skipped is the same attempt when it is seen again', async () => {
    const world = await prepared()
    const who = shown(world, WANG)
    const [first, second] = [await lookedAt(world, who), await lookedAt(world, who)]
    expect(second).toMatchObject({ attempt_id: first.attempt_id, fault: null })
  })

  test('who holds a seat is told with when, where and by whom', async () => {
    const world = await prepared()
    const held = { id: 'c1', checked_in_at: '2026-09-01T07:30:00Z', gate: '南门', method: 'staff', by: '王老师' }
    world.server.door.held.set(WANG, held)
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ held: { ...held, is_here: false }, is_inside: true })
  })

  test('nobody waits for a network that is none: after one look in vain the phone goes by itself', async () => {
    const world = await prepared()
    world.server.is_down = true
    world.server.door.admit = () => { throw new Problem(503, 'UNAVAILABLE') }
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_here: true, fault: null, person: { name: '王小明' } })
    const asked = world.phone.requests.length
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_here: true })
    expect(world.phone.requests.length).toBe(asked)
  })

  test('an unknown label is theirs, and no reason to erase anything', async () => {
    const world = await prepared()
    expect(await lookedAt(world, { entry_code: 'CCCCCCCCCF' })).toMatchObject({ fault: { reason: 'ENTRY_NOT_LISTED' } })
    expect(world.door.state()).toMatchObject({ is_lost: false, count: 2 })
  })
})

test('a moment\'s rest that the server asks for is kept, and nobody is queued for it', async () => {
  const world = await prepared()
  const letInAtServer = world.server.letIn.bind(world.server)
  world.server.letIn = () => {
    world.server.letIn = letInAtServer
    throw new Problem(429, 'RATE_LIMITED', { retry_after_s: 1 })
  }
  expect(await letIn(world, shown(world, WANG))).toMatchObject({ outcome: 'accepted', kept: null })
  expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_here: false })
})

test('who waits in the queue has come, whatever the server knows', async () => {
  const world = await prepared()
  world.phone.goOnline(false)
  await letIn(world, shown(world, WANG))
  world.server.sync = () => { throw new Problem(503, 'UNAVAILABLE') }
  world.phone.goOnline(true)
  expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_here: false, held: { is_here: true, gate: '北门' }, is_inside: true })
})

describe('without a network', () => {
  const offline = async () => {
    const world = await prepared()
    world.phone.goOnline(false)
    return world
  }

  test('a code is verified by what the phone has with it, also after a restart', async () => {
    const world = await offline()
    world.restart()
    world.phone.goOnline(false)
    await opened(world)
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ person: { name: '王小明' }, fault: null, held: null, is_here: true })
  })

  test.each([
    ['made for another activity', (world) => shown(world, WANG, { activity_id: ANOTHER }), 'PERSON_CODE_FOREIGN'],
    ['photographed forty seconds ago', (world) => shown(world, WANG, { ago_s: 40 }), 'PERSON_CODE_EXPIRED'],
    ['of a phone that is ahead', (world) => shown(world, WANG, { ago_s: -60 }), 'PERSON_CODE_FUTURE'],
    ['made by somebody else', (world) => ({ person_token: draw({ key: new Uint8Array(32), user_id: WANG, activity_id: ACTIVITY.id, issued_at: Math.floor(world.server.now() / 1000), nonce: new Uint8Array(4) }) }), 'PERSON_CODE_SIGNATURE'],
  ])('a code %s is not taken', async (_, of, reason) => {
    const world = await offline()
    expect((await lookedAt(world, of(world))).fault).toMatchObject({ reason })
  })

  test('a phone whose clock is three hours off judges by the server\'s, and says the time by it', async () => {
    const world = await prepared()
    world.server.clock_ahead_ms = 3 * 3600000
    world.restart()
    await soon(world.services.sync.flush())
    world.phone.goOnline(false)
    world.restart()
    world.phone.goOnline(false)
    await opened(world)
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ fault: null })
    await letIn(world, shown(world, WANG))
    const [{ attempt }] = world.services.sync.queued()
    expect(Math.abs(Date.parse(attempt.claimed_at) - world.server.now())).toBeLessThan(2000)
  })

  test('who was let in here is known as such, with when and where; and goes up once the network is back', async () => {
    const world = await offline()
    expect(await letIn(world, shown(world, WANG))).toMatchObject({ outcome: null, kept: 'storage' })
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ held: { gate: '北门', is_here: true }, is_inside: true, passes: 1 })
    expect(world.door.state()).toMatchObject({ waiting: 1, recent: [{ name: '王小明', is_waiting: true }] })
    world.phone.goOnline(true)
    await until(() => world.door.state().waiting === 0)
    expect(world.server.syncs.flatMap((one) => one.attempts)).toMatchObject([{ method: 'staff', activity_id: ACTIVITY.id, person_token: expect.stringMatching(/^QDP1/) }])
    expect(world.door.state().recent).toMatchObject([{ name: '王小明', is_waiting: false, problem: '' }])
  })

  test('what this phone did outlives its program', async () => {
    const world = await offline()
    await letIn(world, shown(world, WANG))
    await letIn(world, { entry_code: CODE })
    await pass(100)
    world.restart()
    world.phone.goOnline(false)
    await opened(world)
    expect(await lookedAt(world, { entry_code: CODE })).toMatchObject({ person: { name: '李小红' }, held: { is_here: true } })
  })

  test('out and in again is another pass', async () => {
    const world = await offline()
    await letIn(world, shown(world, WANG))
    await letIn(world, shown(world, WANG), 'out')
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_inside: false, left_at: expect.any(String), passes: 1 })
    await letIn(world, shown(world, WANG))
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ is_inside: true, passes: 2 })
  })

  test('somebody on no list is unknown here, and may be let in for the server to judge', async () => {
    const world = await offline()
    const look = await lookedAt(world, shown(world, STRANGER))
    expect(look).toMatchObject({ person: null, fault: null, is_here: true })
    expect(await soon(world.door.letIn(look, 'in', ''))).toMatchObject({ kept: 'storage' })
  })

  test('a walk-in is let in and found again, by name and by phone', async () => {
    const world = await offline()
    expect(await letIn(world, await soon(world.door.guest('赵敏', '1234')))).toMatchObject({ kept: 'storage' })
    for (const q of ['赵敏', '1234']) expect(await soon(world.door.search(q))).toMatchObject({ is_here: true, people: [{ kind: 'guest', name: '赵敏' }] })
    world.phone.goOnline(true)
    await until(() => world.door.state().waiting === 0)
    expect(world.server.attempts[0].attempt.guest).toMatchObject({ name: '赵敏', phone_tail: '1234' })
  })

  test('what the server refuses later is shown with its name, and is no check-in any more', async () => {
    const world = await offline()
    await letIn(world, shown(world, WANG))
    world.server.judge = () => ({ outcome: 'refused', reasons: [{ reason: 'PERSON_CODE_USED' }], message: '签到码已被使用' })
    world.phone.goOnline(true)
    await until(() => world.door.state().refused.length === 1)
    expect(world.door.state()).toMatchObject({ waiting: 0, done: 0, refused: [{ name: '王小明', problem: '签到码已被使用', gate: '北门' }] })
    world.phone.goOnline(false)
    expect(await lookedAt(world, shown(world, WANG))).toMatchObject({ held: null })
    world.door.dismiss(world.door.state().refused[0].attempt_id)
    expect(world.door.state().refused).toEqual([])
  })

  test('who turns out to have come before is told of later, with when, where and by whom', async () => {
    const world = await offline()
    const held = { id: 'c1', checked_in_at: '2026-09-01T07:30:00Z', gate: '南门', method: 'staff', by: '王老师' }
    await letIn(world, shown(world, WANG))
    const take = world.server.take.bind(world.server)
    world.server.take = (...said) => {
      const kept = take(...said)
      return { ...kept, checkin: { ...kept.checkin, outcome: 'duplicate', reasons: [{ reason: 'ALREADY_CHECKED_IN' }], duplicate_of: held }, message: '此人已签到，无需重复' }
    }
    world.phone.goOnline(true)
    await until(() => world.door.state().refused.length === 1)
    expect(world.door.state().refused).toMatchObject([{ name: '王小明', problem: '此人已签到，无需重复', held: { gate: '南门', by: '王老师' } }])
    expect(world.services.sync.state()).toMatchObject({ waiting: 0, refused: 0, refused_others: 1 })
  })

  test('coming in once more is no surprise, and leaves nothing behind', async () => {
    const world = await offline()
    await letIn(world, shown(world, WANG))
    world.server.judge = () => ({ outcome: 'duplicate', reasons: [{ reason: 'ENTERED_AGAIN', passes: 2 }], message: '' })
    world.phone.goOnline(true)
    await until(() => world.services.sync.queued().length === 0)
    expect(world.door.state().refused).toEqual([])
  })

  test('a server that takes no codes by sync gets none: they wait for one that does', async () => {
    const world = await offline()
    await letIn(world, shown(world, WANG))
    world.server.config.features.staff_fields = ['attempt_id', 'user_id', 'direction', 'gate', 'device_id', 'claimed_at', 'receipt']
    await pass(600001)
    world.phone.goOnline(true)
    await soon(world.services.sync.flush())
    expect(world.server.attempts).toEqual([])
    expect(world.door.state().waiting).toBe(1)
  })
})

describe('what a phone has of people', () => {
  test('is encrypted, in pieces that the phone takes', async () => {
    const world = createWorld()
    world.server.activity = { ...ACTIVITY }
    await soon(world.services.session.ensure())
    for (let number = 0; number < 2000; number += 1) {
      world.server.door.list({ entry_id: `e-${number}`, user_id: `019a8b6c-0001-7abc-9def-${String(number).padStart(12, '0')}`, name: `名字${number}`, is_bound: true, extra: [{ heading: '座位', value: 'x'.repeat(200) }] })
    }
    await opened(world)
    expect(world.door.state().count).toBe(2000)
    expect(keysOf(world).length).toBeGreaterThan(3)
    expect(keysOf(world).every((key) => world.phone.sealed.has(key))).toBe(true)
    expect(world.phone.violations).toEqual([])
    world.restart()
    world.phone.goOnline(false)
    expect((await opened(world)).door.state().count).toBe(2000)
  })

  test('is read anew in the place of what was', async () => {
    const world = await prepared()
    const before = keysOf(world)
    world.server.door.people = world.server.door.people.slice(0, 1)
    await pass(300001)
    await soon(world.door.open())
    expect(world.door.state().count).toBe(1)
    expect(keysOf(world).length).toBe(before.length)
    world.restart()
    world.phone.goOnline(false)
    expect((await opened(world)).door.state().count).toBe(1)
  })

  test('is erased with the sign-out, whatever is still being written', async () => {
    const world = await prepared()
    world.phone.goOnline(false)
    const saving = world.door.letIn(await soon(world.door.lookHere(shown(world, WANG))), 'in', '')
    world.services.session.signOut()
    await soon(saving)
    await pass(100)
    expect(keysOf(world)).toEqual([])
    expect(world.door.state().count).toBe(0)
  })

  test('is erased when it may not be kept any longer: while the program runs, and at the next start', async () => {
    const world = await prepared()
    world.phone.goOnline(false)
    await pass(12 * 3600000 + 1)
    expect(await soon(world.door.lookHere(shown(world, WANG)))).toMatchObject({ person: null })
    expect(keysOf(world)).toEqual([])
    const another = await prepared()
    await pass(12 * 3600000 + 1)
    another.restart()
    expect(keysOf(another)).toEqual([])
  })

  test('is erased when the activity has ended', async () => {
    const world = await prepared()
    world.server.activity.state = 'closed'
    await pass(300001)
    await soon(world.door.open())
    expect(world.door.state()).toMatchObject({ is_over: true, is_lost: false, count: 0 })
    expect(keysOf(world)).toEqual([])
  })

  test.each([
    ['the activity is not theirs to see', (server) => { server.activity = null }],
    ['they are a member like any other', (server) => { server.activity.own_role = 'member' }],
  ])('is erased when they are no longer staff: %s', async (_, change) => {
    const world = await prepared()
    world.server.door.is_staff = false
    change(world.server)
    await lookedAt(world, shown(world, WANG))
    expect(world.door.state()).toMatchObject({ is_lost: true, count: 0 })
    expect(keysOf(world)).toEqual([])
  })

  test('is gone for who was offline and comes back, when the server says no', async () => {
    const world = await prepared()
    world.phone.goOnline(false)
    await letIn(world, shown(world, WANG))
    Object.assign(world.server, { activity: null })
    world.server.door.is_staff = false
    world.server.item = (user_id, { attempt_id }) => ({ attempt_id, outcome: null, retryable: false, message: '没有权限', problem: { status: 404, reason: 'NOT_FOUND' } })
    await pass(300001)
    world.phone.goOnline(true)
    await soon(world.door.open())
    await until(() => world.door.state().refused.length === 1)
    expect(world.door.state()).toMatchObject({ is_lost: true, refused: [{ problem: '没有权限' }] })
    expect(keysOf(world)).toEqual([])
  })

  test('that cannot be read any more is fetched anew', async () => {
    const world = await prepared()
    world.restart()
    world.phone.readSealed = () => Promise.reject({ kind: 'failed', message: 'decrypt failed' })
    expect((await opened(world)).door.state()).toMatchObject({ count: 2, is_lost: false })
  })

  test('stays in memory where the storage is full', async () => {
    const world = createWorld()
    world.server.activity = { ...ACTIVITY }
    world.server.door.list({ entry_id: 'e-wang', user_id: WANG, name: '王小明', is_bound: true })
    await soon(world.services.session.ensure())
    world.phone.storage_bytes = 0
    await opened(world)
    expect(world.door.state()).toMatchObject({ is_unsaved: true, count: 1 })
    world.phone.goOnline(false)
    expect(await letIn(world, shown(world, WANG))).toMatchObject({ kept: 'memory' })
  })
})

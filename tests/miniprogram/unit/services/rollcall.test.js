/** What staff say of many people: page by page, each once, also after something broke off. */

const { soon } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const people = (count) => Array.from({ length: count }, (_, index) => ({ roster_entry_id: `e${index}` }))
const saying = (count, more = {}) => ({ mark: 'present', reason: '现场点名', only_unset: true, people: people(count), ...more })

const signedIn = async () => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  return world
}

const heardMarks = ({ server }) => server.heard.filter(({ path }) => path.endsWith('/marks'))

test('more than 200 people are said in pages of 200, and how far it is is told', async () => {
  const world = await signedIn()
  const { rollcall } = world.services
  const told = []
  const round = await soon(rollcall.begin('a1', 'w1', 'present', [saying(450)]))
  await soon(rollcall.go(round, ({ done, total, results }) => told.push([done, total, results.length])))
  expect(told).toEqual([[200, 450, 200], [400, 450, 200], [450, 450, 50]])
  expect(world.server.marks.flatMap((body) => body.people)).toEqual(people(450))
  expect(new Set(heardMarks(world).map(({ headers }) => headers['idempotency-key'])).size).toBe(3)
  expect(rollcall.left('a1')).toBe(null)
})

test('what broke off goes on where it was: a page whose answer was lost keeps its key and is said once', async () => {
  const world = await signedIn()
  const { rollcall } = world.services
  const round = await soon(rollcall.begin('a1', 'w1', 'present', [saying(450)]))
  const went = rollcall.go(round, () => { if (world.server.marks.length === 1) world.phone.answers_lost = 3 })
  await expect(soon(went)).rejects.toMatchObject({ kind: 'timeout' })
  expect(world.server.marks).toHaveLength(2)
  await soon(rollcall.go(round, () => {}))
  expect(world.server.marks.map((body) => body.people.length)).toEqual([200, 200, 50])
})

test('it goes on also after the program was ended, for who said it alone', async () => {
  const world = await signedIn()
  const round = await soon(world.services.rollcall.begin('a1', 'w1', 'present', [saying(250), saying(1, { only_unset: false, people: [{ guest_id: 'g1' }] })]))
  world.phone.goOnline(false)
  await expect(soon(world.services.rollcall.go(round, () => {}))).rejects.toMatchObject({ kind: 'offline' })
  world.restart()
  await soon(world.services.session.ensure())
  expect(world.services.rollcall.left('a2')).toBe(null)
  const left = world.services.rollcall.left('a1')
  expect(left.pages.map(({ key }) => key)).toEqual(round.pages.map(({ key }) => key))
  await soon(world.services.rollcall.go(left, () => {}))
  expect(world.server.marks.map(({ only_unset, people: some }) => [only_unset, some.length])).toEqual([[true, 200], [true, 50], [false, 1]])
  expect(world.services.rollcall.left('a1')).toBe(null)
})

test('what somebody lets go of is not offered again, and another person is not offered it at all', async () => {
  const world = await signedIn()
  const { rollcall, session } = world.services
  const round = await soon(rollcall.begin('a1', 'w1', 'present', [saying(2)]))
  world.server.is_down = true
  await expect(soon(rollcall.go(round, () => {}))).rejects.toMatchObject({ status: 503 })
  expect(rollcall.left('a1')).toMatchObject({ total: 2 })
  await soon(session.signOut())
  world.phone.person = 'wang'
  await soon(session.ensure())
  expect(rollcall.left('a1')).toBe(null)
  rollcall.drop(round)
  expect(world.phone.read('rollcall_left:a1')).toBe(null)
})

test('a full storage does not keep anybody from saying it', async () => {
  const world = await signedIn()
  const round = await soon(world.services.rollcall.begin('a1', 'w1', 'present', [saying(3)]))
  world.phone.storage_bytes = 0
  await soon(world.services.rollcall.go(round, () => {}))
  expect(world.server.marks).toHaveLength(1)
})

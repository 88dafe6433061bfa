/** The person's records. */

const { soon } = require('../clock')
const { createWorld, QR } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

/** Somebody with this many records on the server. */
const withRecords = async (count) => {
  const world = createWorld()
  await soon(world.services.session.ensure())
  for (let number = 0; number < count; number += 1) {
    const attempt_id = `01999999-0000-7000-8000-${String(number).padStart(12, '0')}`
    world.server.take('user-li', { attempt_id, method: 'qr', direction: 'in' }, false)
    jest.setSystemTime(Date.now() + 1000)
  }
  return world
}

test('pages of older records are laid under the newer ones until there are no more', async () => {
  const { services } = await withRecords(70)
  await soon(services.records.refresh())
  expect(services.records.cached().checkins).toHaveLength(30)
  expect(await soon(services.records.more())).toBe(true)
  expect(await soon(services.records.more())).toBe(false)
  expect(await soon(services.records.more())).toBe(false)
  const times = services.records.cached().checkins.map((one) => one.checked_in_at)
  expect(times).toHaveLength(70)
  expect(times).toEqual([...times].sort().reverse())
})

test('what was known is there after a restart, without a network', async () => {
  const world = await withRecords(3)
  await soon(world.services.records.refresh())
  const { services } = world.restart()
  world.phone.goOnline(false)
  expect(services.records.cached().checkins).toHaveLength(3)
})

test('no more than 300 are kept on the phone', async () => {
  const world = await withRecords(350)
  await soon(world.services.sync.flush())
  expect(world.services.records.cached().checkins).toHaveLength(350)
  expect(world.restart().services.records.cached().checkins).toHaveLength(300)
})

test('records that were cleared while their cursor stayed are fetched from the beginning', async () => {
  const world = await withRecords(3)
  await soon(world.services.sync.flush())
  world.phone.remove('records:user-li')
  const { services, server } = world.restart()
  await soon(services.sync.flush())
  expect(server.syncs[server.syncs.length - 1].cursor).toBe('')
  expect(services.records.cached().checkins).toHaveLength(3)
})

test('one record is fetched with its history and laid into the others', async () => {
  const { server, services } = await withRecords(1)
  await soon(services.records.refresh())
  const kept = [...server.kept.values()][0]
  kept.checkin = { ...kept.checkin, outcome: 'annulled', revision: 2 }
  expect(await soon(services.records.get(kept.checkin.id))).toMatchObject({ history: [], checkin: { outcome: 'annulled' } })
  expect(services.records.cached().checkins).toMatchObject([{ outcome: 'annulled' }])
})

test('the row of a queued attempt gives way to its record', async () => {
  const { server, phone, services } = await withRecords(0)
  phone.answers_lost = 3
  const answer = await soon(services.checkins.checkIn(QR))
  expect(answer.state).toBe('saved')
  expect(services.records.cached().queued).toHaveLength(1)
  // The server had it all along; the list knows before the queue does.
  expect(server.kept.size).toBe(1)
  await soon(services.records.refresh())
  expect(services.records.cached()).toMatchObject({ checkins: [{ attempt_id: answer.attempt_id }], queued: [] })
})

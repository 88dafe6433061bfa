/** Where attempts wait. */

const { createOutbox } = require('../../../../miniprogram/services/outbox')
const { FakePhone } = require('../fake_phone')

/** A session of one person, who may change. */
const sessionOf = (id) => {
  const told = []
  const session = { id, ownerId: () => session.id, onChange: (one) => told.push(one), become: (next) => { session.id = next; told.forEach((one) => one()) } }
  return session
}

const queued = (number, more = {}) => ({
  attempt: { attempt_id: `attempt-${number}`, method: 'qr', direction: 'in', token: 't'.repeat(200) },
  owner_id: 'li', queued_at: number, state: 'waiting', title: '早会', tries: 0, next_at: 0, message: '', ...more,
})

const idsOf = (outbox) => outbox.all().map((item) => item.attempt.attempt_id)

test('a long queue lies in chunks far below the limit of a key, and comes back in its order', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  for (let number = 0; number < 450; number += 1) outbox.add([queued(number)])
  const keys = phone.keys().filter((key) => key.startsWith('outbox:li:'))
  expect(keys).toHaveLength(5)
  expect(Math.max(...keys.map((key) => phone.storage.get(key).length))).toBeLessThan(200000)
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(Array.from({ length: 450 }, (_, number) => `attempt-${number}`))
  expect(phone.violations).toEqual([])
})

test('large items fill a chunk by their bytes, not by their number', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  for (let number = 0; number < 10; number += 1) outbox.add([queued(number, { message: '签'.repeat(20000) })])
  expect(Math.max(...phone.keys().map((key) => Buffer.byteLength(phone.storage.get(key))))).toBeLessThan(200000)
  expect(idsOf(outbox)).toHaveLength(10)
})

test('what is kept is what is on the storage: what finds no room is not, until it does', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  outbox.add([queued(1)])
  phone.storage_bytes = 0
  expect(outbox.add([queued(2)])).toBe(false)
  expect([1, 2, 3].map((number) => outbox.isKept(`attempt-${number}`))).toEqual([true, false, false])
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(['attempt-1'])
  // Not even what was kept outlives a storage that somebody emptied.
  phone.storage.clear()
  outbox.restore()
  expect(outbox.isKept('attempt-1')).toBe(false)
  phone.storage_bytes = 1048576
  outbox.add([queued(3)])
  expect([1, 2, 3].map((number) => outbox.isKept(`attempt-${number}`))).toEqual([true, true, true])
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(['attempt-1', 'attempt-2', 'attempt-3'])
})

test('order holds after what was in front is gone and the program was restarted', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  for (let number = 0; number < 250; number += 1) outbox.add([queued(number)])
  outbox.remove(Array.from({ length: 150 }, (_, number) => `attempt-${number}`))
  const again = createOutbox(phone, sessionOf('li'))
  again.add([queued(250)])
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(Array.from({ length: 101 }, (_, number) => `attempt-${number + 150}`))
})

test('order does not depend on the order in which the phone names its keys', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  for (let number = 0; number < 250; number += 1) outbox.add([queued(number)])
  phone.storage = new Map([...phone.storage].reverse())
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(idsOf(outbox))
})

test('an empty queue leaves no keys behind', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  outbox.add([queued(1)])
  outbox.remove(['attempt-1'])
  expect(phone.keys()).toEqual([])
})

test('what finds no room is said to be unsaved, waits in memory, and is saved once there is room', () => {
  const phone = new FakePhone()
  const outbox = createOutbox(phone, sessionOf('li'))
  phone.storage_bytes = 700
  expect(outbox.add([queued(1)])).toBe(true)
  expect(outbox.add([queued(2)])).toBe(false)
  expect(idsOf(outbox)).toEqual(['attempt-1', 'attempt-2'])
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(['attempt-1'])
  outbox.remove(['attempt-1'])
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(['attempt-2'])
})

test('each person has a queue of their own on the same phone', () => {
  const phone = new FakePhone()
  const session = sessionOf('li')
  const outbox = createOutbox(phone, session)
  outbox.add([queued(1)])
  session.become('wang')
  expect(idsOf(outbox)).toEqual([])
  outbox.add([queued(2, { owner_id: 'wang' })])
  session.become('li')
  expect(idsOf(outbox)).toEqual(['attempt-1'])
  session.become('')
  expect(idsOf(outbox)).toEqual([])
})

test('nothing that is being sent is among those that wait', async () => {
  const outbox = createOutbox(new FakePhone(), sessionOf('li'))
  outbox.add([queued(1), queued(2)])
  await outbox.whileFlying(['attempt-1'], async () => {
    expect(outbox.waiting().map((item) => item.attempt.attempt_id)).toEqual(['attempt-2'])
  })
  expect(outbox.waiting()).toHaveLength(2)
})

test('what was queued without an owner, and found no room, still goes to the person who signs in', () => {
  const phone = new FakePhone()
  const session = sessionOf('')
  const outbox = createOutbox(phone, session)
  outbox.add([queued(1, { owner_id: '' })])
  phone.storage_bytes = 0
  outbox.add([queued(2, { owner_id: '' })])
  session.become('li')
  expect(idsOf(outbox).sort()).toEqual(['attempt-1', 'attempt-2'])
  expect(outbox.all().every((item) => item.owner_id === 'li')).toBe(true)
})

test('what finds no room with its new owner stays where it was until there is some', () => {
  const phone = new FakePhone()
  const session = sessionOf('')
  createOutbox(phone, session).add([queued(1, { owner_id: '' })])
  phone.storage_bytes = 0
  session.become('li')
  phone.storage_bytes = 1000000
  expect(idsOf(createOutbox(phone, sessionOf('li')))).toEqual(['attempt-1'])
  expect(phone.keys()).toEqual(['outbox:li:000001'])
})

/** What is asked of the server about rosters, and what people tell it of themselves. */

const { soon } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const DRAFT = { name: '王小明', number: '', phone: '', group: '', note: '', extra: {} }
const ENTRY = '/v1/rosters/r1/entries/e1'
const JOB = '/v1/rosters/r1/imports/i1'
const ME = '/v1/activities/a1/me'

/** The last that was heard after a call, which this server has no answer for. */
const heardOf = async (ask) => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  await soon(ask(services).catch(() => null))
  return server.heard[server.heard.length - 1]
}

test.each([
  ['all', ({ rosters }) => rosters.list('o1'), ['GET', '/v1/organisations/o1/rosters?page_size=50', null]],
  ['a new one', ({ rosters }) => rosters.create('o1', '新生'), ['POST', '/v1/organisations/o1/rosters', { title: '新生' }]],
  ['one', ({ rosters }) => rosters.get('r1'), ['GET', '/v1/rosters/r1', null]],
  ['another title', ({ rosters }) => rosters.change('r1', { title: '老生' }), ['PUT', '/v1/rosters/r1', { title: '老生' }]],
  ['one that goes', ({ rosters }) => rosters.remove('r1'), ['DELETE', '/v1/rosters/r1', null]],
  ['its groups', ({ rosters }) => rosters.groups('r1'), ['GET', '/v1/rosters/r1/groups', null]],
  ['some of it', ({ rosters }) => rosters.entries('r1', { q: '0000', group: '', is_bound: 'false' }), ['GET', '/v1/rosters/r1/entries?page_size=50&q=0000&is_bound=false', null]],
  ['somebody more', ({ rosters }) => rosters.add('r1', DRAFT), ['POST', '/v1/rosters/r1/entries', DRAFT]],
  ['somebody anew', ({ rosters }) => rosters.replace('r1', 'e1', DRAFT), ['PUT', ENTRY, DRAFT]],
  ['somebody less', ({ rosters }) => rosters.takeOff('r1', 'e1'), ['DELETE', ENTRY, null]],
  ['how far an import is', ({ rosters }) => rosters.progress('r1', 'i1'), ['GET', JOB, null]],
  ['its bad rows', ({ rosters }) => rosters.badRows('r1', 'i1', 't'), ['GET', `${JOB}/bad-rows?page_size=50&page_token=t`, null]],
  ['taking it over', ({ rosters }) => rosters.apply('r1', 'i1', true), ['POST', `${JOB}/apply`, { remove_missing: true }]],
  ['undoing it', ({ rosters }) => rosters.undo('r1', 'i1'), ['POST', `${JOB}/undo`, null]],
  ['an invite', ({ rosters }) => rosters.invite('r1', 'e1'), ['POST', `${ENTRY}/invite`, null]],
  ['who somebody is', ({ rosters }) => rosters.bind('r1', 'e1', 'u1'), ['PUT', `${ENTRY}/person`, { user_id: 'u1' }]],
  ['that nobody knows', ({ rosters }) => rosters.unbind('r1', 'e1'), ['DELETE', `${ENTRY}/person`, null]],
  ['oneself on it', ({ participants }) => participants.ownEntry('a1'), ['GET', `${ME}/entry`, null]],
  ['one\'s phone', ({ participants }) => participants.bindByPhone('a1', 'c'), ['POST', `${ME}/phone`, { code: 'c' }]],
  ['an invite to it', ({ participants }) => participants.preview('K7MCFGHJ4R9XWT'), ['GET', '/v1/roster-invites/preview?code=K7MCFGHJ4R9XWT', null]],
  ['that it is oneself', ({ participants }) => participants.accept('K7MCFGHJ4R9XWT'), ['POST', '/v1/roster-invites/accept', { code: 'K7MCFGHJ4R9XWT' }]],
  ['what one said', ({ participants }) => participants.own('a1'), ['GET', ME, null]],
  ['that one does not come', ({ participants }) => participants.answer('a1', 'leave'), ['PUT', `${ME}/answer`, { answer: 'leave' }]],
  ['what was asked', ({ participants }) => participants.tell('a1', [{ detail: 'name', value: '李雷' }]), ['PUT', `${ME}/details`, { details: [{ detail: 'name', value: '李雷' }] }]],
  ['oneself no more', ({ participants }) => participants.erase(), ['DELETE', '/v1/me', null]],
])('%s', async (_, ask, heard) => {
  const { method, path, body } = await heardOf(ask)
  expect([method, path, body]).toEqual(heard)
})

test('a pasted list goes as the text it is, a file as bytes', async () => {
  const pasted = await heardOf(({ rosters }) => rosters.read('r1', '1. 王小明'))
  expect([pasted.method, pasted.path, pasted.body, pasted.headers['content-type']]).toEqual(['POST', '/v1/rosters/r1/imports', '1. 王小明', 'text/plain; charset=utf-8'])
  const file = await heardOf(({ rosters }) => rosters.read('r1', new ArrayBuffer(4)))
  expect(file.headers['content-type']).toBe('application/octet-stream')
})

test('one invite is asked for once, for each ends the one before', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  phone.answers_lost = 1
  await expect(soon(services.rosters.invite('r1', 'e1'))).rejects.toMatchObject({ kind: 'timeout' })
  expect(server.heard.filter(({ path }) => path === `${ENTRY}/invite`)).toHaveLength(1)
})

describe('what is known of an activity', () => {
  const CARD = { activity_id: 'a1', occurrence_id: 'o1', state: 'published', closes_at: '2026-09-01T10:00:00Z', starts_at: '2026-09-01T08:00:00Z', is_listed: true, ask: [] }

  test('is not asked for again, unless it was seen by a version that did not know what is asked', async () => {
    const { server, phone, services } = createWorld()
    const { id } = await soon(services.session.ensure())
    const resolved = () => server.heard.filter(({ path }) => path.startsWith('/v1/activities/resolve')).length
    phone.write(`cards:${id}`, [CARD])
    expect(await soon(services.activities.known('a1'))).toEqual(CARD)
    expect(resolved()).toBe(0)
    phone.write(`cards:${id}`, [{ ...CARD, ask: undefined }])
    await soon(services.activities.known('a1').catch(() => null))
    expect(resolved()).toBe(1)
  })
})

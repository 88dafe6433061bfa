/** Files that the server makes: fetched in the name of the person, shown, sent on, forgotten. */

const { soon } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const SHEET = '/v1/activities/a1/sign-sheet.pdf?blank_rows=5'

test('a file comes under the name it is asked for, with a token, and how far it is is told', async () => {
  const { server, phone, services } = createWorld()
  const told = []
  const path = await soon(services.files.fetch(SHEET, '签到表.pdf', (progress) => told.push(progress)))
  expect(phone.files.get(path)).toBe('%PDF')
  expect(told).toEqual([{ percent: 100, bytes: 1 }])
  expect(server.heard.at(-1)).toMatchObject({ path: SHEET, method: 'GET' })
  expect(server.heard.at(-1).headers.authorization).toMatch(/^Bearer /)
  await services.files.open(path)
  await services.files.forget()
  expect([phone.opened, phone.files.size]).toEqual([[path], 0])
})

test('a token that has run out is renewed on the way', async () => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  server.forgetTokens()
  expect(await soon(services.files.fetch(SHEET, '签到表.pdf', () => {}))).toBe('usr/签到表.pdf')
})

test('what the server says no with is read, though it comes as a file', async () => {
  const { server, services } = createWorld()
  server.is_down = true
  await expect(soon(services.files.fetch(SHEET, '签到表.pdf', () => {}))).rejects.toMatchObject({ kind: 'problem', status: 429, reason: 'TOO_MANY_PRINTS' })
})

describe('what is made before it is fetched', () => {
  const PROOF = '/v1/activities/a1/me/proof'
  const make = (states, told = () => true) => {
    const { server, services } = createWorld()
    server.proof_states = states
    return { server, making: soon(services.files.make(PROOF, told)) }
  }
  const asked = (server) => server.heard.filter(({ path }) => path === PROOF).map(({ method }) => method)

  test('is asked for once, and looked at until it is there', async () => {
    const told = []
    const { server, making } = make([{ state: 'queued' }, { state: 'running' }, { state: 'done' }], ({ state }) => told.push(state))
    await making
    expect(told).toEqual(['queued', 'running'])
    expect(asked(server)).toEqual(['PUT', 'GET', 'GET'])
  })

  test('is there at once where it was made before', async () => {
    const { server, making } = make([{ state: 'done' }])
    await making
    expect(asked(server)).toEqual(['PUT'])
  })

  test('that failed says why', async () => {
    const { making } = make([{ state: 'queued' }, { state: 'failed', reason: 'NOBODY_QUALIFIES' }])
    await expect(making).rejects.toMatchObject({ kind: 'problem', reason: 'NOBODY_QUALIFIES' })
  })

  test('is left alone once nobody waits', async () => {
    const { server, making } = make([{ state: 'queued' }], () => false)
    await expect(making).rejects.toMatchObject({ kind: 'cancelled' })
    expect(asked(server)).toEqual(['PUT'])
  })
})

// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest'
import { api, asked } from '@/api/client'
import { asFailure } from '@/api/failure'
import { session } from '@/session/session'

const USER = { id: '0192', name: '李雷', created_at: '2026-09-01T00:00:00Z' }
const said = (access_token: string) => ({ access_token, expires_in: 900, csrf_token: 'csrf', user: USER })
const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

const server = vi.fn<typeof fetch>()
const requests = () => server.mock.calls.map(([asked]) => asked as Request)

beforeEach(() => {
  server.mockReset()
  vi.stubGlobal('fetch', server)
  session.signedIn(said('first'))
})

const rename = () => asked(api.PATCH('/v1/me', { body: { name: '韩梅梅' }, baseUrl: 'http://qiandao.test' }))

test('a call carries the token and an id of its own', async () => {
  server.mockResolvedValue(json(USER))

  expect(await rename()).toEqual(USER)
  expect(requests()[0]?.headers.get('authorization')).toBe('Bearer first')
  expect(requests()[0]?.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
})

test('a refused token is renewed once, and the whole call is sent again', async () => {
  const answers = [json({}, 401), json(said('second')), json(USER)]
  const bodies: string[] = []
  server.mockImplementation(async (asked) => {
    if (asked instanceof Request) bodies.push(await asked.text())
    return answers.shift() as Response
  })

  expect(await rename()).toEqual(USER)
  expect(bodies).toEqual(['{"name":"韩梅梅"}', '{"name":"韩梅梅"}'])
  expect(requests().at(-1)?.headers.get('authorization')).toBe('Bearer second')
})

test('who closes the page sends with the token that still lives', async () => {
  session.signedIn({ ...said('nearly over'), expires_in: 20 })
  server.mockImplementation(async () => json(USER))
  const params = { keepalive: true, baseUrl: 'http://qiandao.test' }

  await asked(api.PATCH('/v1/me', { body: { name: '韩梅梅' }, ...params }))
  expect(requests()[0]?.headers.get('authorization')).toBe('Bearer nearly over')
  expect(server).toHaveBeenCalledOnce()
})

test('a problem is thrown with its reason, its fields and the id of the request', async () => {
  const errors = [{ field: 'name', message: 'must be text' }]
  const problem = { type: '', title: '', status: 422, detail: 'no', reason: 'INVALID_ARGUMENT', instance: '', errors }
  server.mockResolvedValue(json(problem, 422, { 'x-request-id': 'abc-1' }))

  const failure = asFailure(await rename().catch((thrown: unknown) => thrown))
  expect(failure).toMatchObject({ kind: 'problem', status: 422, reason: 'INVALID_ARGUMENT', requestId: 'abc-1' })
  expect([failure.fields, failure.isPassing]).toEqual([{ name: 'must be text' }, false])
})

test('what never arrived is told as such, and may be tried again', async () => {
  server.mockRejectedValue(new TypeError('Failed to fetch'))

  const failure = asFailure(await rename().catch((thrown: unknown) => thrown))
  expect(failure).toMatchObject({ kind: 'offline', isPassing: true })
  expect(failure.requestId).toMatch(/^[0-9a-f]{32}$/)
})

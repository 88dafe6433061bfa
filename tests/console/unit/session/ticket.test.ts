// @vitest-environment jsdom
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'

const SESSION = { access_token: 'a', expires_in: 900, csrf_token: 'c', user: { id: '1', name: '李雷', created_at: '' } }
const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const problem = (status: number) =>
  answer({ status, reason: 'X', title: '', type: '', detail: '', instance: '' }, status)

/** As in a browser, where an address without a host is of the page's. */
class PageRequest extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, 'http://qiandao.test') : input, init)
  }
}

const server = vi.fn<typeof fetch>()
const letIn = vi.fn()
let opened: number
let scope: ReturnType<typeof effectScope>
/** What polls are answered. */
let poll: () => Response

/** A page on which a ticket was opened. */
const page = async () => {
  vi.resetModules()
  const { useSignInTicket } = await import('@/session/ticket')
  const ticket = scope.run(() => useSignInTicket(letIn))
  if (!ticket) throw new Error('no scope')
  await pass(0)
  return ticket
}

const pass = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms)
  await flushPromises()
}

beforeEach(() => {
  vi.useFakeTimers()
  letIn.mockReset()
  scope = effectScope()
  opened = 0
  poll = () => answer({ state: 'pending', session: null })
  server.mockReset().mockImplementation(async (input) => {
    if ((input as Request).url.endsWith('/poll')) return poll()
    opened += 1
    return answer(
      { ticket: `t${opened}`, poll_secret: 's', digits: '07', qr: 'q', expires_in: 120, confirm_url: '' },
      201,
    )
  })
  vi.stubGlobal('fetch', server)
  vi.stubGlobal('Request', PageRequest)
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

test('a ticket is shown, asked about, and let in once', async () => {
  const { state, ticket, secondsLeft } = await page()
  expect([state.value, ticket.value?.digits]).toEqual(['waiting', '07'])
  await pass(1500)
  expect(secondsLeft.value).toBe(119)
  poll = () => answer({ state: 'approved', session: SESSION })
  await pass(10_000)
  expect(state.value).toBe('approved')
  expect(letIn.mock.calls).toEqual([[SESSION]])
})

test('one that is over, or gone, is renewed by itself', async () => {
  const { ticket } = await page()
  await pass(121_500)
  expect(ticket.value?.ticket).toBe('t2')
  poll = () => problem(404)
  await pass(1500)
  poll = () => answer({ state: 'pending', session: null })
  await pass(1500)
  expect(ticket.value?.ticket).toBe('t3')
})

test('a page that nobody scans rests, and begins anew when somebody asks', async () => {
  const { state, again } = await page()
  await pass(30 * 60_000)
  expect([state.value, opened]).toEqual(['resting', 10])
  again()
  await pass(0)
  expect([state.value, opened]).toEqual(['waiting', 11])
})

test('a refusal stays until somebody asks', async () => {
  const { state } = await page()
  poll = () => answer({ state: 'denied', session: null })
  await pass(10_000)
  expect([state.value, opened]).toEqual(['denied', 1])
})

test('what failed is told until it does not, and the ticket stays', async () => {
  const { failure, ticket } = await page()
  poll = () => problem(503)
  await pass(1500)
  expect(failure.value?.status).toBe(503)
  poll = () => answer({ state: 'pending', session: null })
  await pass(1500)
  expect([failure.value, ticket.value?.ticket]).toEqual([null, 't1'])
})

test('who leaves the page is asked about no more', async () => {
  await page()
  scope.stop()
  const asked = server.mock.calls.length
  await pass(10_000)
  expect(server.mock.calls.length).toBe(asked)
})

// @vitest-environment jsdom
import { QueryObserver } from '@tanstack/vue-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '@/api/failure'
import { newQueryClient } from '@/api/queries'
import { session } from '@/session/session'

const said = (id: string) => ({
  access_token: id,
  expires_in: 900,
  csrf_token: 'csrf',
  user: { id, name: id, created_at: '2026-09-01T00:00:00Z' },
})
const problem = (status: number, retry_after_s?: number) =>
  new Failure('problem', '', {
    status,
    problem: { type: '', title: '', status, detail: '', reason: 'X', instance: '', retry_after_s },
  })

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What is shown of a question that fails so, and how often it was asked, after a while. */
const shown = async (failure: Failure, ms: number) => {
  const queryFn = vi.fn(() => Promise.reject(failure))
  const observer = new QueryObserver(newQueryClient(), { queryKey: [failure], queryFn })
  const leave = observer.subscribe(() => {})
  await vi.advanceTimersByTimeAsync(ms)
  leave()
  return [observer.getCurrentResult().status, queryFn.mock.calls.length]
}

test.each([
  ['what passes', problem(503, 1), 5_000, 3],
  ['what is wrong', problem(404), 0, 1],
  ['who has to wait for an hour', problem(429, 3600), 0, 1],
  ['who waited long enough already', new Failure('timeout', ''), 0, 1],
])('%s is told', async (_, failure, ms, asks) => {
  expect(await shown(failure, ms)).toEqual(['error', asks])
})

test('without a network that is said, and nothing waits in silence', async () => {
  vi.stubGlobal('navigator', { ...navigator, onLine: false })
  dispatchEvent(new Event('offline'))
  expect(await shown(new Failure('offline', ''), 5_000)).toEqual(['error', 3])
  dispatchEvent(new Event('online'))
})

test('nothing of one person is kept for the next', () => {
  const client = newQueryClient()
  session.signedIn(said('1'))
  client.setQueryData(['people'], ['李雷'])
  session.signedIn({ ...said('1'), access_token: 'renewed' })
  expect(client.getQueryData(['people'])).toEqual(['李雷'])

  session.signedIn(said('2'))
  expect(client.getQueryData(['people'])).toBeUndefined()
})

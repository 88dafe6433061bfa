// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Failure } from '@/api/failure'

const USER = { id: '0192', name: '李雷', created_at: '2026-09-01T00:00:00Z' }
const said = (access_token: string, expires_in = 900) => ({ access_token, expires_in, csrf_token: 'csrf', user: USER })
const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const problem = (status: number) =>
  answer({ status, reason: 'SESSION_ENDED', title: '', type: '', detail: '', instance: '' }, status)

/** A tab of its own: the module anew, with the storage and the channels that all tabs share. */
const newTab = async () => {
  vi.resetModules()
  return (await import('@/session/session')).session
}

const server = vi.fn<typeof fetch>()

beforeEach(() => {
  localStorage.clear()
  server.mockReset()
  vi.stubGlobal('fetch', server)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('whoever asks at the same time waits for one refresh', async () => {
  localStorage.setItem('qiandao-csrf', 'csrf')
  server.mockImplementation(async () => answer(said('new')))
  const session = await newTab()

  expect(await Promise.all([session.token(), session.token(), session.restored()])).toEqual(['new', 'new', true])
  expect(server).toHaveBeenCalledTimes(1)
  expect(new Headers(server.mock.calls[0]?.[1]?.headers).get('x-csrf-token')).toBe('csrf')
})

test('a token that is about to end is not used', async () => {
  server.mockImplementation(async () => answer(said('new')))
  const session = await newTab()
  session.signedIn(said('old', 20))

  expect(await session.token()).toBe('new')
  expect(await session.token()).toBe('new')
  expect(server).toHaveBeenCalledTimes(1)
})

test('a tab uses what another one was given, and signs out with it', async () => {
  const [first, second] = [await newTab(), await newTab()]

  first.signedIn(said('shared'))
  await vi.waitFor(() => expect(second.isSignedIn.value).toBe(true))
  expect(await second.token()).toBe('shared')

  server.mockResolvedValue(new Response(null, { status: 204 }))
  await first.signOut()
  await vi.waitFor(() => expect(second.isSignedIn.value).toBe(false))
  expect(await second.restored()).toBe(false)
})

test('a refused refresh signs out; without a network nobody is signed out', async () => {
  localStorage.setItem('qiandao-csrf', 'csrf')
  const session = await newTab()
  session.signedIn(said('old', 0))

  server.mockRejectedValueOnce(new TypeError('fetch failed'))
  await expect(session.token()).rejects.toMatchObject({ kind: 'offline' } satisfies Partial<Failure>)
  expect(session.isSignedIn.value).toBe(true)

  server.mockResolvedValue(problem(403))
  await expect(session.token()).rejects.toMatchObject({ status: 401 } satisfies Partial<Failure>)
  expect(session.isSignedIn.value).toBe(false)
  expect(await session.restored()).toBe(false)
})

test.each([
  ['a page of a hotel', new Response('<html>Welcome</html>')],
  ['half an answer', answer({ access_token: 'a' })],
  ['a refusal of a proxy', new Response('<html>Forbidden</html>', { status: 403 })],
  ['a proxy that wants to know who asks', new Response('', { status: 407 })],
])('%s signs nobody out, and is taken for no session', async (_, strange) => {
  localStorage.setItem('qiandao-csrf', 'csrf')
  const session = await newTab()
  session.signedIn(said('old', 0))
  server.mockResolvedValueOnce(strange)

  await expect(session.token()).rejects.toThrow()
  expect(session.isSignedIn.value).toBe(true)
  server.mockResolvedValueOnce(answer(said('new')))
  expect(await session.token()).toBe('new')
  expect(localStorage.getItem('qiandao-csrf')).toBe('csrf')
})

test('a server that says nothing holds nobody up for ever', async () => {
  const session = await newTab()
  session.signedIn(said('old', 0))
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    expect(ms).toBeLessThanOrEqual(20_000)
    return AbortSignal.abort(Object.assign(new Error('too long'), { name: 'TimeoutError' }))
  })
  server.mockImplementation(async (_, init) => {
    init?.signal?.throwIfAborted()
    return new Promise(() => {})
  })

  await expect(session.token()).rejects.toMatchObject({ kind: 'timeout', isPassing: true } satisfies Partial<Failure>)
  expect(session.isSignedIn.value).toBe(true)
})

test('a tab of another person is fetched anew, and calls in nobody else’s name until then', async () => {
  const reload = vi.fn()
  vi.stubGlobal('location', { ...location, reload })
  const [first, second] = [await newTab(), await newTab()]
  second.signedIn(said('of Li Lei'))
  await vi.waitFor(() => expect(first.user.value?.id).toBe(USER.id))

  second.signedIn({ ...said('of Han Meimei'), user: { ...USER, id: '0193' } })
  await vi.waitFor(() => expect(reload).toHaveBeenCalled())
  expect(await first.token()).toBe('of Li Lei')
})

test('a page that comes back after somebody signed out elsewhere is fetched anew', async () => {
  const reload = vi.fn()
  vi.stubGlobal('location', { ...location, reload })
  const session = await newTab()
  session.signedIn(said('old'))
  const comesBack = () => dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))

  comesBack()
  expect(reload).not.toHaveBeenCalled()
  localStorage.removeItem('qiandao-csrf')
  comesBack()
  expect(reload).toHaveBeenCalled()
})

test('who signs out has done first what waits', async () => {
  const done: string[] = []
  const session = await newTab()
  session.signedIn(said('token'))
  session.beforeSignOut(async () => done.push(await session.token()))
  session.beforeSignOut(() => Promise.reject(new Error('the network is gone')))
  session.beforeSignOut(async () => done.push('taken back'))()
  server.mockImplementation(async () => {
    done.push('signed out')
    return new Response(null, { status: 204 })
  })

  await session.signOut()
  expect(done).toEqual(['token', 'signed out'])
  expect(session.isSignedIn.value).toBe(false)
})

test('who never signed in asks nobody', async () => {
  const session = await newTab()
  expect(await session.restored()).toBe(false)
  expect(server).not.toHaveBeenCalled()
})

/** A page that began to ask before the rest of it was there. */
const begun = async () => {
  const session = await newTab()
  ;(await import('@/session/post')).beginRefresh()
  return session
}

test('what a page began to ask is taken once, by whoever asks first', async () => {
  localStorage.setItem('qiandao-csrf', 'csrf')
  server.mockImplementation(async () => answer(said('new')))
  const session = await begun()
  expect(server).toHaveBeenCalledTimes(1)

  expect(await session.token()).toBe('new')
  expect(server).toHaveBeenCalledTimes(1)
  await session.renewed('new')
  expect(server).toHaveBeenCalledTimes(2)
})

test('an answer that nobody came for is not used later', async () => {
  vi.useFakeTimers()
  localStorage.setItem('qiandao-csrf', 'csrf')
  server.mockImplementation(async () => answer(said('new')))
  const session = await begun()
  vi.setSystemTime(Date.now() + 60_000)

  expect(await session.token()).toBe('new')
  expect(server).toHaveBeenCalledTimes(2)
})

test('what a page began to ask in vain is told to who takes it', async () => {
  localStorage.setItem('qiandao-csrf', 'csrf')
  server.mockRejectedValueOnce(new TypeError('fetch failed'))
  const session = await begun()

  await expect(session.restored()).rejects.toMatchObject({ kind: 'offline' } satisfies Partial<Failure>)
})

test('a page on which nobody was signed in begins nothing', async () => {
  await begun()
  expect(server).not.toHaveBeenCalled()
})

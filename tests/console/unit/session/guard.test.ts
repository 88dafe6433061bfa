// @vitest-environment jsdom
import { QueryClient } from '@tanstack/vue-query'
import { expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { destination, guard } from '@/session/guard'
import { session } from '@/session/session'

test.each([
  ['/console/activities?phase=now', '/console/activities?phase=now'],
  ['/wall/0192', '/wall/0192'],
  ['//evil.example/console/', '/console/'],
  ['https://evil.example/', '/console/'],
  ['/console/sign-in?next=/console/', '/console/'],
  [undefined, '/console/'],
  [['/console/a', '/console/b'], '/console/'],
])('%j leads to %s after signing in', (next, path) => {
  expect(destination(next)).toBe(path)
})

test('what a page asks first is asked in the name of who is signed in, and keeps nobody from the page', async () => {
  const [order, client] = [[] as string[], new QueryClient()]
  vi.spyOn(session, 'restored').mockImplementation(() => {
    order.push('restored')
    return Promise.resolve(true)
  })
  const ahead = vi.fn((_: QueryClient, { params }: { params: Record<string, unknown> }) => {
    order.push(`asked ${String(params.id)}`)
    return Promise.reject(new Error('out of reach'))
  })
  const routes = [{ path: '/things/:id', component: {}, meta: { ahead } }]
  const router = createRouter({ history: createMemoryHistory(), routes })
  guard(router, client)

  await router.push('/things/7')

  expect(order).toEqual(['restored', 'asked 7'])
  expect(ahead.mock.calls[0]?.[0]).toBe(client)
  expect(router.currentRoute.value.params.id).toBe('7')
})

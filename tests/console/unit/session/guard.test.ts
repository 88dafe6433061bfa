import { expect, test } from 'vitest'
import { destination } from '@/session/guard'

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

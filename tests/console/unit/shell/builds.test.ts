// @vitest-environment jsdom
/** A page that nobody touches, and a new build behind it. */

import { effectScope, ref, type EffectScope, type Ref } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { entryOf, filesOf, useNewBuild } from '@/shell/builds'

const page = (name: string) => `<!doctype html><head>
  <script type="module" crossorigin src="/console/assets/${name}.js"></script>
  <link rel="modulepreload" crossorigin href="/console/assets/vue-1.js">
  <link rel="stylesheet" crossorigin href="/console/assets/${name}.css"></head>`

let scope: EffectScope
let asked: string[]
let served: string
let isReached: boolean
let reload: ReturnType<typeof vi.fn>
let isIdle: Ref<boolean>
let isCut: Ref<boolean>

beforeEach(() => {
  vi.useFakeTimers()
  sessionStorage.clear()
  document.head.innerHTML = '<script type="text/plain" src="/console/assets/index-1.js"></script>'
  ;[asked, served, isReached, reload] = [[], 'index-1', true, vi.fn()]
  vi.stubGlobal('location', { pathname: '/wall/7', reload })
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    return new Response(address === '/wall/7' ? page(served) : '', { status: isReached ? 200 : 503 })
  })
  isIdle = ref(true)
  isCut = ref(false)
  scope = effectScope()
  scope.run(() => useNewBuild(isIdle, isCut))
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('a page names its entry and its files', () => {
  expect(entryOf(page('index-2'))).toBe('/console/assets/index-2.js')
  expect(filesOf(page('index-2')).map((file) => file.split('/').at(-1))).toEqual([
    'index-2.js',
    'vue-1.js',
    'index-2.css',
  ])
  expect(entryOf('<script type="module" src="/src/main.ts"></script>')).toBeNull()
})

test('the same build stays, and a new one is fetched before it is followed', async () => {
  await later(90_000)
  expect([asked, reload.mock.calls.length]).toEqual([['/wall/7'], 0])
  served = 'index-2'
  await later(90_000)
  expect(reload).toHaveBeenCalledOnce()
  expect(asked).toContain('/console/assets/index-2.js')
})

test('nobody is interrupted', async () => {
  isIdle.value = false
  served = 'index-2'
  await later(200_000)
  expect(reload).not.toHaveBeenCalled()
  isIdle.value = true
  await later(0)
  expect(reload).toHaveBeenCalledOnce()
})

test('a server that is back is asked at once, and one that is gone is not believed', async () => {
  isCut.value = true
  ;[served, isReached] = ['index-2', false]
  await later(90_000)
  expect(reload).not.toHaveBeenCalled()
  isReached = true
  isCut.value = false
  await later(0)
  expect(reload).toHaveBeenCalledOnce()
})

test('two releases that answer in turn are not followed to and fro', async () => {
  served = 'index-2'
  await later(90_000)
  await later(180_000)
  expect(reload).toHaveBeenCalledOnce()
})

// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { follow, type News } from '@/api/numbers'
import { parser, type Heard } from '@/api/sse'
import { listen } from '@/api/stream'
import { session } from '@/session/session'

const heardOf = (...pieces: string[]) => {
  const heard: Heard[] = []
  const hear = parser((one) => heard.push(one))
  pieces.forEach(hear)
  return heard
}

test('events come out whole, however they were cut', () => {
  expect(heardOf('id: 7-1\nevent: st', 'ats\ndata: {"a":', ' 1}\n\n:\n\nevent: reset\ndata: {}\n', '\n')).toEqual([
    { event: 'stats', data: '{"a": 1}', id: '7-1' },
    { event: 'reset', data: '{}', id: '7-1' },
  ])
})

test('a part brings the minutes that changed, and takes those that are gone', () => {
  const minute = (at: string, count: number) => ({ minute: at, count, span_s: 60 })
  const whole = { checked_in: 3, by_minute: [minute('1', 1), minute('2', 2)] } as News
  const part = { checked_in: 4, is_partial: true, by_minute: [minute('1', 0), minute('3', 1)] } as News
  const now = follow(follow(null, whole), part)
  expect(now).toEqual({ checked_in: 4, by_minute: [minute('2', 2), minute('3', 1)] })
  expect(follow(null, part).by_minute).toEqual([minute('3', 1)])
  expect(follow(now, whole)).toEqual(whole)
})

const streamed = (...texts: string[]) => {
  const body = new ReadableStream({
    start(controller) {
      texts.forEach((text) => controller.enqueue(new TextEncoder().encode(text)))
      controller.close()
    },
  })
  return new Response(body, { status: 200 })
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(session, 'token').mockResolvedValue('a-token')
})
afterEach(() => vi.useRealTimers())

test('a stream that ended is opened again where it ended', async () => {
  const asked: (string | null)[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request.headers.get('last-event-id'))
    return streamed(`id: 1-${asked.length}\nevent: stats\ndata: {}\n\n`)
  })
  const heard: Heard[] = []
  const breaks: unknown[] = []
  const stop = listen('http://here/live', { heard: (one) => heard.push(one), broke: (one) => breaks.push(one) })
  await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 5_000 })
  stop()
  expect(asked.slice(0, 2)).toEqual([null, '1-1'])
  expect(breaks[0]).toBeNull()
})

test('who lost the right is told, and nothing is asked again', async () => {
  const fetched = vi.fn(async () => new Response('{"status": 403, "reason": "FORBIDDEN"}', { status: 403 }))
  vi.stubGlobal('fetch', fetched)
  const broke = vi.fn()
  const stop = listen('http://here/live', { heard: () => {}, broke })
  await vi.waitFor(() => expect(broke).toHaveBeenCalledOnce())
  await vi.advanceTimersByTimeAsync(60_000)
  stop()
  expect(fetched).toHaveBeenCalledOnce()
})

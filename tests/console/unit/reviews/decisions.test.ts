// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import type { Case, Review } from '@/reviews/cases'
import type { Decided, Decision } from '@/reviews/queries'
import { session } from '@/session/session'
import { UNDO_MS, useDecisions } from '@/reviews/useDecisions'

const review = (id: string, revision = 1) => ({ id, revision }) as Review
const a = (id: string, ...earlier: string[]): Case => ({
  id,
  latest: review(id),
  earlier: earlier.map((one) => review(one)),
})

let sent: [string[], number[], Decision, string][]
let failed: string[]
let answer: (review: Review) => Decided
let scope: EffectScope
let decisions: ReturnType<typeof useDecisions>

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  failed = []
  answer = ({ id, revision }) => ({ id, review: review(id, revision + 1) }) as Decided
  scope = effectScope()
  decisions = scope.run(() =>
    useDecisions({
      send: async (reviews, decision, reason) => {
        sent.push([reviews.map(({ id }) => id), reviews.map(({ revision }) => revision), decision, reason])
        return reviews.map(answer)
      },
      failed: (cases) => failed.push(...cases.map(({ id }) => id)),
      done: () => undefined,
    }),
  ) as ReturnType<typeof useDecisions>
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('nothing is sent for five seconds, then once', async () => {
  decisions.make({ cases: [a('1'), a('2')], decision: 'approve', reason: '' })
  expect([...decisions.gone.value]).toEqual(['1', '2'])
  await passed(UNDO_MS - 1)
  expect(sent).toEqual([])
  await passed(1)
  expect(sent).toEqual([[['1', '2'], [1, 1], 'approve', '']])
  expect([...decisions.gone.value]).toEqual([])
  await passed(UNDO_MS)
  expect(sent.length).toBe(1)
})

test('what is taken back is never sent', async () => {
  decisions.make({ cases: [a('1')], decision: 'approve', reason: '' })
  expect(decisions.undo()?.cases[0]?.id).toBe('1')
  await passed(2 * UNDO_MS)
  expect(sent).toEqual([])
  expect(decisions.undo()).toBeNull()
})

test('the next decision sends the one before, and so does who leaves', async () => {
  decisions.make({ cases: [a('1')], decision: 'approve', reason: '' })
  decisions.make({ cases: [a('2')], decision: 'refuse', reason: '不在' })
  await passed(0)
  expect(sent.map(([ids]) => ids)).toEqual([['1']])
  scope.stop()
  await passed(0)
  expect(sent.map(([ids]) => ids)).toEqual([['1'], ['2']])
})

test('a page that goes away sends', async () => {
  decisions.make({ cases: [a('1')], decision: 'approve', reason: '' })
  window.dispatchEvent(new Event('pagehide'))
  await passed(0)
  expect(sent.length).toBe(1)
})

test('who signs out has decided, while they may', async () => {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => {
      expect(sent.length).toBe(1)
      return new Response(null, { status: 204 })
    }),
  )
  decisions.make({ cases: [a('1')], decision: 'approve', reason: '' })
  await session.signOut()
  expect(sent.map(([ids]) => ids)).toEqual([['1']])
})

test('each earlier try is refused on the revision that the refusal before it left', async () => {
  decisions.make({ cases: [a('3', '2', '1')], decision: 'refuse', reason: '不在' })
  await passed(UNDO_MS)
  expect(sent.map(([ids, revisions]) => [ids, revisions])).toEqual([
    [['3'], [1]],
    [['2'], [2]],
    [['1'], [3]],
  ])
})

test('an approval settles earlier tries by itself', async () => {
  decisions.make({ cases: [a('3', '2')], decision: 'approve', reason: '' })
  await passed(UNDO_MS)
  expect(sent.length).toBe(1)
})

test('those that were decided by others are told, and the rest is done', async () => {
  answer = ({ id }) => (id === '1' ? { id, problem: { status: 409 } } : { id, review: review(id) }) as Decided
  decisions.make({ cases: [a('1'), a('2')], decision: 'approve', reason: '' })
  await passed(UNDO_MS)
  expect(failed).toEqual(['1'])
})

import { expect, test } from 'vitest'
import { ref } from 'vue'
import { shownOf, type Query } from '@/parts/awaited'

const query = (changes: { status?: 'idle' | 'fetching'; data?: unknown; error?: Error } = {}): Query => ({
  isPending: ref(changes.data === undefined && !changes.error),
  isFetching: ref(changes.status === 'fetching'),
  error: ref(changes.error ?? null),
  data: ref(changes.data),
  refetch: () => {},
  fetchStatus: ref(changes.status ?? 'idle'),
})
const failed = query({ error: new Error('502') })

test('what cannot be asked shows why', () => {
  expect(shownOf(query(), failed)).toBe(failed)
})

test.each([
  ['is under way', query({ status: 'fetching' }), failed],
  ['was answered', query({ data: [] }), failed],
  ['failed by itself', query({ error: new Error('404') }), failed],
  ['waits for what is under way', query(), query({ status: 'fetching' })],
  ['waits for what was read before', query(), query({ data: [], error: new Error('502') })],
  ['waits for nothing', query(), null],
])('what %s shows itself', (_, own, awaited) => {
  expect(shownOf(own, awaited)).toBe(own)
})

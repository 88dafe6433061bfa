// @vitest-environment jsdom
import { expect, test, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import type { readPeople } from '@/activity/queries'
import { usePeople } from '@/people/usePeople'

const page = (from: number, next: string) => ({
  people: [{ user_id: `u${from}` }, { user_id: `u${from + 1}` }],
  next_page_token: next,
})

test('a list grows page by page, each person once, and whoever shows it is told', async () => {
  const pages: Record<string, unknown> = { '': page(0, 'a'), a: page(1, '') }
  const read = (async (_id, _filter, token = '') => pages[token]) as typeof readPeople
  const scope = effectScope()
  const { people, more, hasMore } = scope.run(() => usePeople(ref('one'), ref({}), ref(0), read)) as ReturnType<
    typeof usePeople
  >
  await vi.waitFor(() => expect(people.value).toHaveLength(2))
  const before = people.value
  await more()
  scope.stop()
  expect(people.value.map(({ user_id }) => user_id)).toEqual(['u0', 'u1', 'u2'])
  expect(people.value).not.toBe(before)
  expect(hasMore.value).toBe(false)
})

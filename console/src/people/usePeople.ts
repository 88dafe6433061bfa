/**
 * A list that grows as it is scrolled, however long it is: pages by a cursor, each person once.
 *
 * A cache of pages would read all of them again whenever something moves; here the first page alone is laid over.
 */

import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { readPeople, type PeopleFilter, type Person } from '@/activity/queries'
import { asFailure } from '@/api/failure'

export const usePeople = (
  activityId: Ref<string>,
  filter: Ref<PeopleFilter>,
  arrivals: Readonly<Ref<number>>,
  readPage = readPeople,
) => {
  const people = shallowRef<Person[]>([])
  const data = ref<boolean | undefined>(undefined)
  const error = shallowRef<Error | null>(null)
  const isFetching = ref(false)
  const isPending = ref(true)
  const hasMore = ref(false)
  let token = ''
  let places = new Map<string, number>()
  let asking = new AbortController()

  /** Whoever is known takes the place they have, so that nobody jumps under the cursor. */
  const lay = (page: readonly Person[]) => {
    const next = [...people.value]
    for (const person of page) {
      const place = places.get(person.user_id) ?? next.length
      places.set(person.user_id, place)
      next[place] = person
    }
    people.value = next
  }

  const start = () => {
    places = new Map()
    people.value = []
  }

  const read = async (from: string, isNew: boolean) => {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    isFetching.value = true
    error.value = null
    try {
      const page = await readPage(activityId.value, filter.value, from, signal)
      if (signal.aborted) return
      if (isNew) start()
      lay(page.people)
      token = page.next_page_token
      hasMore.value = Boolean(token)
      data.value = true
    } catch (thrown) {
      if (!signal.aborted) error.value = asFailure(thrown)
    }
    if (signal.aborted) return
    isFetching.value = false
    isPending.value = false
  }

  const again = () => read('', true)
  const more = () => (hasMore.value && !isFetching.value && !error.value ? read(token, false) : undefined)

  /** Who came since stands in front; of a list that was scrolled on only what is shown is brought up to date. */
  const follow = async () => {
    if (isFetching.value || !data.value) return
    if (people.value.length <= AT_FIRST) return again()
    const page = await readPage(activityId.value, filter.value, '', asking.signal).catch(() => null)
    if (page) lay(page.people.filter(({ user_id }) => places.has(user_id)))
  }

  watch(
    [activityId, filter],
    () => {
      isPending.value = true
      data.value = undefined
      start()
      void again()
    },
    { immediate: true },
  )
  watch(arrivals, follow)
  onScopeDispose(() => asking.abort())

  return { people, more, hasMore, again, query: { isPending, isFetching, error, data, refetch: again } }
}

/** A page: a list no longer than it is read anew. */
const AT_FIRST = 200

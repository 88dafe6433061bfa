/** What questions of a page wait for before they are asked, such as whose console this is: its failure is theirs. */

import type { InjectionKey, Ref } from 'vue'

/** What `useQuery` or `useInfiniteQuery` gave. */
export interface Query {
  isPending: Ref<boolean>
  isFetching: Ref<boolean>
  error: Ref<Error | null>
  data: Ref<unknown>
  refetch: () => unknown
  /** `idle`: nobody asks, although there is no answer yet. */
  fetchStatus?: Ref<string>
}

export const AWAITED: InjectionKey<Query> = Symbol('awaited')

/** Whose state is to be shown: that of a question, or of the one that keeps it from being asked. */
export const shownOf = (query: Query, awaited: Query | null): Query => {
  const isUnasked = query.isPending.value && query.fetchStatus?.value === 'idle'
  const hasFailed = awaited?.error.value && awaited.data.value === undefined
  return isUnasked && hasFailed ? awaited : query
}

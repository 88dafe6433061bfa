/** A filter that lives in the address: it can be sent to somebody, and Back takes it away again. */

import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Filters that change at the same time go into the address together. */
let waiting: Record<string, string | undefined> | null = null

/**
 * One field of the query, empty where it is not there.
 *
 * @param allowed What it may be; anything else in an address reads as the first of them.
 */
export const useRouteQuery = <T extends string = string>(
  name: string,
  allowed?: readonly T[],
): WritableComputedRef<T> => {
  const [route, router] = [useRoute(), useRouter()]
  return computed({
    get: () => {
      const said = String(route.query[name] ?? '') as T
      return allowed && !allowed.includes(said) ? (allowed[0] as T) : said
    },
    set: (value) => {
      if (waiting) {
        waiting[name] = value || undefined
        return
      }
      waiting = { [name]: value || undefined }
      queueMicrotask(() => {
        void router.replace({ query: { ...route.query, ...waiting } })
        waiting = null
      })
    },
  })
}

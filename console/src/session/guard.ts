/** Who is not signed in reads no page that needs it, and comes back to it after signing in. */

import type { QueryClient } from '@tanstack/vue-query'
import type { RouteLocationNormalized, Router } from 'vue-router'
import { watch } from 'vue'
import { session } from './session'

export const SIGN_IN = '/console/sign-in'

/** Where to go after signing in: a page of ours, whatever an address says. */
export const destination = (next: unknown): string =>
  typeof next === 'string' && /^\/(console|wall|kiosk)\//.test(next) && !next.startsWith(SIGN_IN) ? next : '/console/'

/** Has the code of a page fetched beside the refresh, not after it; what fails here and below fails again where it is told. */
const fetchAhead = ({ matched }: RouteLocationNormalized): void => {
  for (const { components } of matched)
    for (const load of Object.values(components ?? {}))
      if (typeof load === 'function') void Promise.resolve((load as () => unknown)()).catch(() => null)
}

const askAhead = (to: RouteLocationNormalized, client: QueryClient): void => {
  for (const { meta } of to.matched) void meta.ahead?.(client, to).catch(() => null)
}

/** Guards every route that is not `open`. */
export const guard = (router: Router, client: QueryClient): void => {
  router.beforeEach(async (to) => {
    if (to.meta.open) return true
    if (session.mayBeRestored()) fetchAhead(to)
    if (await session.restored()) {
      askAhead(to, client)
      return true
    }
    return { path: SIGN_IN, query: { next: to.fullPath } }
  })
  // Signed out in another tab, or by somebody who ended the session.
  watch(session.isSignedIn, (isSignedIn) => {
    const { meta, fullPath } = router.currentRoute.value
    if (!isSignedIn && !meta.open) void router.replace({ path: SIGN_IN, query: { next: fullPath } })
  })
}

/**
 * How server state is kept: fresh for a moment, tried again where that can help, read again when somebody returns. Nothing
 * waits for a network in silence: what fails is said, and read again when the network is back.
 */

import { QueryClient } from '@tanstack/vue-query'
import { watch } from 'vue'
import { session } from '@/session/session'
import { asFailure, type Failure } from './failure'

const FRESH_MS = 10_000
const TRIES = 2
/** Who waits for longer is told so. */
const WAITS_MOST_S = 5

/** Whether it is tried again before anybody is told. */
const isTriedAgain = ({ isPassing, kind, retryAfterS }: Failure) =>
  isPassing && kind !== 'timeout' && retryAfterS <= WAITS_MOST_S

/** Keeps nothing of one person for the next. */
export const newQueryClient = () => {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (failures, error) => failures < TRIES && isTriedAgain(asFailure(error)),
        retryDelay: (tried, error) => Math.max(500 * 2 ** tried, asFailure(error).retryAfterS * 1000),
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  watch(
    () => session.user.value?.id,
    () => client.clear(),
    { flush: 'sync' },
  )
  return client
}

/** How server state is kept: fresh for a moment, tried again where that can help, read again when somebody returns. */

import { QueryClient } from '@tanstack/vue-query'
import { asFailure } from './failure'

const FRESH_MS = 10_000
const TRIES = 2

export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < TRIES && asFailure(error).isPassing,
        retryDelay: (tried, error) => Math.max(500 * 2 ** tried, asFailure(error).retryAfterS * 1000),
      },
      mutations: { retry: false },
    },
  })

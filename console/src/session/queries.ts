/** Where one is signed in. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type SignedInAt = components['schemas']['SignedIn']

const KEY = ['sessions']

/** Used last first. */
export const useSessions = () =>
  useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await asked(api.GET('/v1/me/sessions', { signal }))).sessions,
  })

/** What others read of who is signed in. */
export const rename = (name: string) => asked(api.PUT('/v1/me', { body: { name } }))

/** Ends one, by its id. */
export const useEndSession = () => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (session_id: string) =>
      asked(api.DELETE('/v1/me/sessions/{session_id}', { params: { path: { session_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  })
}

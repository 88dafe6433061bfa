/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Display = components['schemas']['Display']
export type NewDisplay = components['schemas']['NewDisplay']

const AGAIN_MS = 10_000

export const useDisplays = (activityId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['activity', activityId, 'displays'],
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => {
      const params = { path: { activity_id: toValue(activityId) } }
      return asked(api.GET('/v1/activities/{activity_id}/displays', { params, signal }))
    },
    select: ({ displays }) => displays,
  })

export const createDisplay = (activity_id: string, body: NewDisplay) =>
  asked(api.POST('/v1/activities/{activity_id}/displays', { params: { path: { activity_id } }, body }))

export const revokeDisplay = (activity_id: string, display_id: string) =>
  asked(
    api.DELETE('/v1/activities/{activity_id}/displays/{display_id}', { params: { path: { activity_id, display_id } } }),
  )

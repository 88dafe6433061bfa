/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Tag = components['schemas']['Tag']
export type NewTag = components['schemas']['NewTag']
export type CreatedTag = components['schemas']['CreatedTag']
export type Sun = components['schemas']['Sun']

const AGAIN_MS = 10_000

export const useTags = (activityId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['activity', activityId, 'tags'],
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => {
      const params = { path: { activity_id: toValue(activityId) } }
      return asked(api.GET('/v1/activities/{activity_id}/nfc-tags', { params, signal }))
    },
    select: ({ tags }) => tags,
  })

export const createTag = (activity_id: string, body: NewTag) =>
  asked(api.POST('/v1/activities/{activity_id}/nfc-tags', { params: { path: { activity_id } }, body }))

export const revokeTag = (activity_id: string, tag_id: string) =>
  asked(api.DELETE('/v1/activities/{activity_id}/nfc-tags/{tag_id}', { params: { path: { activity_id, tag_id } } }))

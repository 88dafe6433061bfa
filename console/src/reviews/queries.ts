/** What this room asks the server. */

import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'
import type { Review } from './cases'

export type Waiting = components['schemas']['WaitingActivity']
export type Decision = 'approve' | 'refuse'
export type Decided = components['schemas']['Decided']

/** As many of an activity at a time as one decision may be about. */
const PAGE = 200
/** Activities whose cases are read at once. */
const ACTIVITIES = 20
const AGAIN_MS = 15_000

/** Where something waits in an organisation, and how much. */
export const useWaiting = (organisationId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['reviews', 'waiting', organisationId],
    enabled: computed(() => Boolean(toValue(organisationId))),
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => {
      const query = { organisation_id: toValue(organisationId) }
      return asked(api.GET('/v1/reviews/waiting', { params: { query }, signal }))
    },
    select: ({ activities }) => activities,
  })

const firstPage = (activity_id: string, signal: AbortSignal) =>
  asked(api.GET('/v1/reviews', { params: { query: { activity_id, page_size: PAGE } }, signal }))

/** The cases of some activities that wait the longest; how many there are in all is counted apart. */
export const useReviews = (activityIds: MaybeRefOrGetter<string[]>) =>
  useQuery({
    queryKey: ['reviews', 'pending', activityIds],
    enabled: computed(() => toValue(activityIds).length > 0),
    refetchInterval: AGAIN_MS,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        toValue(activityIds)
          .slice(0, ACTIVITIES)
          .map((id) => firstPage(id, signal)),
      )
      return {
        reviews: pages.flatMap(({ reviews }) => reviews),
        pending: pages.flatMap(({ cases }) => cases).reduce((sum, { pending }) => sum + pending, 0),
      }
    },
  })

/** Sends one decision on some reviews; what came of each, in order. The request outlives the page. */
export const decide = async (reviews: readonly Review[], decision: Decision, reason: string): Promise<Decided[]> => {
  const items = reviews.map(({ id, revision }) => ({ id, revision }))
  const params = { header: { 'idempotency-key': newId() } }
  const { results } = await asked(
    api.POST('/v1/reviews/batch', { params, body: { decision, reason, items }, keepalive: true }),
  )
  return results
}

/** Has everything read again that a decision moves. */
export const useReadAgain = () => {
  const client = useQueryClient()
  return (activityIds: readonly string[]) =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['reviews'] }),
      ...activityIds.map((id) => client.invalidateQueries({ queryKey: ['activity', id] })),
    ])
}

/** What this room asks the server. */

import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { asFailure } from '@/api/failure'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'
import type { Review } from './cases'

export type Waiting = components['schemas']['WaitingActivity']
export type Decision = 'approve' | 'refuse'
export type Decided = components['schemas']['Decided']

type Page = components['schemas']['Queue']
/** What a query has read so far. */
interface Read {
  state: { data?: { pages: unknown[] } | undefined }
}

export interface QueueFilter {
  activity_id?: string | undefined
  reason?: string | undefined
  order?: 'oldest' | 'newest' | undefined
}

/** As many at a time as one decision may be about. */
const PAGE = 100
/** More pages than these are not all read again by themselves. */
const PAGES_AGAIN = 2
const AGAIN_MS = 15_000
/** The count that stands for more than can be told. */
const MORE_THAN = 1000

/** How many that is, such as 12 or 999+. */
export const countText = (count: number): string => (count >= MORE_THAN ? `${MORE_THAN - 1}+` : String(count))

const readQueue = (organisation_id: string, query: QueueFilter & { page_token?: string; page_size?: number }) =>
  asked(api.GET('/v1/organisations/{organisation_id}/reviews', { params: { path: { organisation_id }, query } }))

/** What waits in an organisation, page by page. */
export const useQueue = (organisationId: MaybeRefOrGetter<string>, filter: MaybeRefOrGetter<QueueFilter>) =>
  useInfiniteQuery({
    queryKey: ['reviews', 'queue', organisationId, filter],
    enabled: computed(() => Boolean(toValue(organisationId))),
    initialPageParam: '',
    refetchInterval: ({ state }: Read) => ((state.data?.pages.length ?? 0) <= PAGES_AGAIN ? AGAIN_MS : false),
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      readQueue(toValue(organisationId), { ...toValue(filter), page_size: PAGE, page_token: pageParam }),
    getNextPageParam: ({ next_page_token }: Page) => next_page_token || undefined,
  })

/** How much waits in an organisation and where; nothing for who reviews nothing of it. */
export const useWaiting = (organisationId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['reviews', 'waiting', organisationId],
    enabled: computed(() => Boolean(toValue(organisationId))),
    refetchInterval: AGAIN_MS,
    queryFn: async (): Promise<{ count: number; activities: Waiting[] }> => {
      try {
        const { count, activities } = await readQueue(toValue(organisationId), { page_size: 1 })
        return { count: count ?? 0, activities }
      } catch (thrown) {
        if (asFailure(thrown).status === 404) return { count: 0, activities: [] }
        throw thrown
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

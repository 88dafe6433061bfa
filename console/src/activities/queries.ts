/** What this room asks the server. */

import { keepPreviousData, useInfiniteQuery, type InfiniteData } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'
import type { Phase } from './phases'

type Schemas = components['schemas']
export type Activity = Schemas['Activity']
type Page = Schemas['Activities']

const PAGE = 50

/** Which activities; what is empty asks for nothing. */
interface Sought {
  organisationId: string
  title: string
  phase: string
}

export const activitiesQuery = ({ organisationId, title, phase }: Sought) => ({
  queryKey: ['activities', { organisationId, title, phase }],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) => {
    const query = {
      organisation_id: organisationId || undefined,
      title: title.trim() || undefined,
      phase: (phase || undefined) as Phase | undefined,
      page_size: PAGE,
      page_token: pageParam,
    }
    return asked(api.GET('/v1/activities', { params: { query }, signal }))
  },
  getNextPageParam: ({ next_page_token }: Page) => next_page_token || undefined,
})

/** Activities, newest first, page after page; what was shown stays until others are there. */
export const useActivities = (sought: { [Name in keyof Sought]: Ref<Sought[Name]> }, isKnown: Ref<boolean>) =>
  useInfiniteQuery(
    computed(() => ({
      ...activitiesQuery({
        organisationId: sought.organisationId.value,
        title: sought.title.value,
        phase: sought.phase.value,
      }),
      placeholderData: keepPreviousData,
      enabled: isKnown.value,
      select: ({ pages }: InfiniteData<Page>) => pages.flatMap(({ activities }) => activities),
    })),
  )

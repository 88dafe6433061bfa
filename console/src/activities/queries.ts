/** What this room asks the server. */

import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'
import type { Phase } from './phases'

export type Activity = components['schemas']['Activity']

const PAGE = 50

/** Which activities; what is empty asks for nothing. */
export interface Sought {
  organisationId: Ref<string>
  title: Ref<string>
  phase: Ref<string>
}

/** Activities, newest first, page after page; what was shown stays until others are there. */
export const useActivities = ({ organisationId, title, phase }: Sought, isKnown: Ref<boolean>) =>
  useInfiniteQuery({
    queryKey: ['activities', { organisationId, title, phase }],
    placeholderData: keepPreviousData,
    enabled: isKnown,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        organisation_id: organisationId.value || undefined,
        title: title.value.trim() || undefined,
        phase: (phase.value || undefined) as Phase | undefined,
        page_size: PAGE,
        page_token: pageParam,
      }
      return asked(api.GET('/v1/activities', { params: { query }, signal }))
    },
    getNextPageParam: ({ next_page_token }) => next_page_token || undefined,
    select: ({ pages }) => pages.flatMap(({ activities }) => activities),
  })

/** What this room asks the server. */

import { useInfiniteQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Activity = components['schemas']['Activity']

const PAGE = 50

/** Activities of an organisation, newest first, page after page; of all organisations where the id is empty. */
export const useActivities = (organisationId: Ref<string>, isKnown: Ref<boolean>) =>
  useInfiniteQuery({
    queryKey: ['activities', { organisationId }],
    enabled: isKnown,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { organisation_id: organisationId.value || undefined, page_size: PAGE, page_token: pageParam }
      return asked(api.GET('/v1/activities', { params: { query }, signal }))
    },
    getNextPageParam: ({ next_page_token }) => next_page_token || undefined,
    select: ({ pages }) => pages.flatMap(({ activities }) => activities),
  })

import type { RouteRecordRaw } from 'vue-router'
import { activitiesQuery } from '@/activities/queries'
import { organisationAhead } from '@/shell/organisation'

export const overview: RouteRecordRaw[] = [
  {
    path: '',
    component: () => import('./OverviewPage.vue'),
    meta: {
      title: 'overview.title',
      ahead: async (client, to) => {
        const organisationId = await organisationAhead(client, to)
        return client.prefetchInfiniteQuery(activitiesQuery({ organisationId, title: '', phase: '' }))
      },
    },
  },
]

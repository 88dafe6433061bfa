import type { RouteRecordRaw } from 'vue-router'
import { activityQuery, statsQuery } from './queries'

/** An activity within the shell; a tab is a child of it, and has its line in `tabs.ts`. */
export const activity = (...pages: RouteRecordRaw[]): RouteRecordRaw[] => [
  {
    path: 'activities/:id/edit',
    component: () => import('@/activities/form/ActivityFormPage.vue'),
    props: true,
    meta: { title: 'form.edit' },
  },
  {
    path: 'activities/:id',
    component: () => import('./ActivityLayout.vue'),
    props: true,
    meta: {
      ahead: (client, { params }) => {
        const id = String(params.id)
        return Promise.all([client.prefetchQuery(activityQuery(id)), client.prefetchQuery(statsQuery(id))])
      },
    },
    children: [
      { path: '', component: () => import('./ActivityPage.vue'), meta: { title: 'activity.title' } },
      ...pages,
    ],
  },
]

/** What fills the screen. */
export const screens: RouteRecordRaw[] = [
  {
    path: '/console/activities/:id/qr',
    component: () => import('./QrPage.vue'),
    props: true,
    meta: { title: 'activity.qr.title' },
  },
]

/** Every page and its address; a page's code is fetched when somebody goes there. */

import type { QueryClient } from '@tanstack/vue-query'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { guard } from '@/session/guard'
import { activity, screens } from '@/activity/routes'
import { activities } from '@/activities/routes'
import { overview } from '@/overview/routes'
import { exports } from '@/exports/routes'
import { inbox } from '@/inbox/routes'
import { activityPeople } from '@/people/routes'
import { activityDisplays } from '@/displays/routes'
import { activityStaff, organisation } from '@/organisation/routes'
import { kiosk } from '@/kiosk/routes'
import { activityReviews, reviews } from '@/reviews/routes'
import { reports } from '@/reports/routes'
import { activityRoster, rosters } from '@/rosters/routes'
import { schedules } from '@/schedules/routes'
import { sessions } from '@/session/routes'
import { activityTags } from '@/tags/routes'
import { organisationsQuery } from '@/shell/organisation'
import { titled } from '@/shell/titles'
import { wall } from '@/wall/routes'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether nobody need be signed in. */
    open?: boolean
    /** The key of what the tab is called. */
    title?: string
    /** What the page asks first, asked beside its code: what it finds there need not be waited for. */
    ahead?: (client: QueryClient, to: RouteLocationNormalized) => Promise<unknown>
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/console/' },
  {
    path: '/console',
    component: () => import('@/shell/ShellLayout.vue'),
    meta: { ahead: (client) => client.prefetchQuery(organisationsQuery) },
    children: [
      ...overview,
      ...activities,
      ...sessions,
      ...reviews,
      ...rosters,
      ...reports,
      ...exports,
      ...schedules,
      ...inbox,
      ...organisation,
      ...activity(activityPeople, activityReviews, activityRoster, activityDisplays, activityTags, activityStaff),
    ],
  },
  ...wall,
  ...kiosk,
  ...screens,
  {
    path: '/console/sign-in',
    component: () => import('@/session/SignInPage.vue'),
    meta: { open: true, title: 'session.signIn.title' },
  },
  {
    path: '/:lost(.*)*',
    component: () => import('@/shell/LostPage.vue'),
    meta: { open: true, title: 'shell.lost.title' },
  },
]

export const newRouter = (client: QueryClient) => {
  const router = createRouter({
    history: createWebHistory('/'),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  })
  guard(router, client)
  titled(router)
  return router
}

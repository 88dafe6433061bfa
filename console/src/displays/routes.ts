import type { RouteRecordRaw } from 'vue-router'

/** The tab of an activity. */
export const activityDisplays: RouteRecordRaw = {
  path: 'displays',
  component: () => import('./DisplaysPage.vue'),
  meta: { title: 'displays.title' },
}

import type { RouteRecordRaw } from 'vue-router'

/** The tab of an activity. */
export const activityPeople: RouteRecordRaw = {
  path: 'people',
  component: () => import('./PeoplePage.vue'),
  meta: { title: 'people.title' },
}

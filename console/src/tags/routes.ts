import type { RouteRecordRaw } from 'vue-router'

/** The tab of an activity. */
export const activityTags: RouteRecordRaw = {
  path: 'tags',
  component: () => import('./TagsPage.vue'),
  meta: { title: 'tags.title' },
}

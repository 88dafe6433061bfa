import type { RouteRecordRaw } from 'vue-router'

export const organisation: RouteRecordRaw[] = [
  { path: 'organisation', component: () => import('./OrganisationPage.vue'), meta: { title: 'organisation.title' } },
]

/** The tab of an activity. */
export const activityStaff: RouteRecordRaw = {
  path: 'staff',
  component: () => import('./ActivityStaffPage.vue'),
  meta: { title: 'organisation.crew.title' },
}

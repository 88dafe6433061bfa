import type { RouteRecordRaw } from 'vue-router'

export const rosters: RouteRecordRaw[] = [
  { path: 'rosters', component: () => import('./RostersPage.vue'), meta: { title: 'rosters.title' } },
  { path: 'rosters/:roster', component: () => import('./RosterPage.vue'), meta: { title: 'rosters.title' } },
  {
    path: 'rosters/:roster/import',
    component: () => import('./ImportPage.vue'),
    meta: { title: 'rosters.import.title' },
  },
]

/** The tab of an activity. */
export const activityRoster: RouteRecordRaw = {
  path: 'rosters',
  component: () => import('./ActivityRosterPage.vue'),
  meta: { title: 'rosters.title' },
}

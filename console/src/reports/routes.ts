import type { RouteRecordRaw } from 'vue-router'

export const reports: RouteRecordRaw[] = [
  {
    path: 'reports',
    component: () => import('./ReportsLayout.vue'),
    children: [
      { path: '', redirect: (to) => ({ path: '/console/reports/trends', query: to.query }) },
      { path: 'trends', component: () => import('./TrendsPage.vue'), meta: { title: 'reports.tabs.trends' } },
      { path: 'quality', component: () => import('./QualityPage.vue'), meta: { title: 'reports.tabs.quality' } },
      { path: 'behaviour', component: () => import('./BehaviourPage.vue'), meta: { title: 'reports.tabs.behaviour' } },
    ],
  },
]

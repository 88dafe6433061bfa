import type { RouteRecordRaw } from 'vue-router'

export const overview: RouteRecordRaw[] = [
  { path: '', component: () => import('./OverviewPage.vue'), meta: { title: 'overview.title' } },
]

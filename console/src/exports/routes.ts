import type { RouteRecordRaw } from 'vue-router'

export const exports: RouteRecordRaw[] = [
  { path: 'exports', component: () => import('./ExportsPage.vue'), meta: { title: 'exports.title' } },
]

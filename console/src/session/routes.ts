import type { RouteRecordRaw } from 'vue-router'

export const sessions: RouteRecordRaw[] = [
  { path: 'sessions', component: () => import('./SessionsPage.vue'), meta: { title: 'session.sessions.title' } },
]

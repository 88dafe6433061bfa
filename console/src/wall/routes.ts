import type { RouteRecordRaw } from 'vue-router'

/** Nobody is signed in at a screen: the cookie of its display says what it shows. */
export const wall: RouteRecordRaw[] = [
  { path: '/wall/:activity', component: () => import('./WallPage.vue'), meta: { open: true, title: 'wall.title' } },
]

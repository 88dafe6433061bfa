import type { RouteRecordRaw } from 'vue-router'

/** Nobody is signed in at a kiosk: the cookie of its display says at which activity it stands. */
export const kiosk: RouteRecordRaw[] = [
  { path: '/kiosk/:activity', component: () => import('./KioskPage.vue'), meta: { open: true, title: 'kiosk.title' } },
]

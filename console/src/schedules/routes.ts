import type { RouteRecordRaw } from 'vue-router'

export const schedules: RouteRecordRaw[] = [
  {
    path: 'exports/schedules',
    component: () => import('./SchedulesPage.vue'),
    meta: { title: 'schedules.title' },
  },
]

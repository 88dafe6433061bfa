import type { RouteRecordRaw } from 'vue-router'

export const activities: RouteRecordRaw[] = [
  { path: 'activities', component: () => import('./ActivitiesPage.vue'), meta: { title: 'activities.title' } },
  { path: 'activities/new', component: () => import('./form/ActivityFormPage.vue'), meta: { title: 'form.create' } },
]

import type { RouteRecordRaw } from 'vue-router'

export const overview: RouteRecordRaw[] = [{ path: '', redirect: '/console/activities' }]

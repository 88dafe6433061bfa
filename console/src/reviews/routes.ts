import type { RouteRecordRaw } from 'vue-router'

export const reviews: RouteRecordRaw[] = [
  { path: 'reviews', component: () => import('./ReviewsPage.vue'), meta: { title: 'reviews.title' } },
]

/** The tab of an activity. */
export const activityReviews: RouteRecordRaw = {
  path: 'reviews',
  component: () => import('./ActivityReviewsPage.vue'),
  meta: { title: 'reviews.title' },
}

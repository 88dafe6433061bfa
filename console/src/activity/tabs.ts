/** What can be looked at of one activity; a room adds its line here with its routes. */

export interface Tab {
  /** Behind the address of the activity. */
  path: string
  /** The key of its word. */
  word: string
}

export const tabs: Tab[] = [
  { path: '', word: 'activity.tabs.overview' },
  { path: '/people', word: 'activity.tabs.people' },
  { path: '/reviews', word: 'activity.tabs.reviews' },
  { path: '/rosters', word: 'activity.tabs.roster' },
  { path: '/displays', word: 'activity.tabs.displays' },
  { path: '/tags', word: 'activity.tabs.tags' },
  { path: '/staff', word: 'activity.tabs.staff' },
]

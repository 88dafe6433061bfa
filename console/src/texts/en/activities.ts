import type { Texts } from '../index'

export const activities: Texts['activities'] = {
  title: 'Activities',
  create: 'New activity',
  search: 'Search by title',
  filters: { label: 'State', all: 'All', now: 'Now', upcoming: 'Upcoming', past: 'Past', draft: 'Drafts' },
  columns: { title: 'Activity', when: 'When', place: 'Place', state: 'State', people: 'People' },
  noPlace: 'Anywhere',
  empty: 'No activities yet',
  emptyHint: 'Make one in a minute and show its QR at once',
  emptyStaff: 'No activities yet. They appear here once an organiser makes one',
  none: 'No activity matches',
  noneHint: 'Try other filters',
  clear: 'Clear filters',
  count: '{n} shown',
  all: 'That is all',
}

import type { Texts } from '../index'

export const overview: Texts['overview'] = {
  title: 'Today',
  needs: 'What needs you',
  needsNone: 'Nothing needs you',
  pending: '{n} need review',
  waiting: 'All that waits: {n}',
  unpublished: 'A draft that begins {when}, not published yet',
  passed: 'A draft whose time has passed',
  today: 'Activities of today',
  todayNone: 'No activities today',
  todayHint: 'Make one in a minute and show its QR at once',
  rosterFirst: 'Import a roster first',
  next: 'Coming',
  all: 'All activities',
  came: '{came} of {expected} came',
  cameOpen: '{came} checked in',
  opens: 'Doors open {when}',
}

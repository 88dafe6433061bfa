import type { Texts } from '../index'

export const inbox: Texts['inbox'] = {
  title: 'Inbox',
  note: 'Kept for 90 days',
  empty: 'No messages yet',
  emptyHint: 'You are told when a scheduled export is made, or fails',
  unread: 'Unread',
  unreadCount: '{n} unread',
  readAll: 'Mark all as read',
  kinds: {
    export_ready: '“{title}” is ready',
    export_failed: '“{title}” could not be made',
    schedule_paused: '“{title}” is paused',
    delivery_failed: 'Robot “{title}” did not deliver',
  },
  figures: 'Expected {expected} · came {came} · rate {rate}',
  came: 'Came {n}',
}

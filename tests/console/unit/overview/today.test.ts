import { expect, test } from 'vitest'
import type { Activity } from '@/activities/queries'
import { todayOf } from '@/overview/today'

const NOON = Date.parse('2026-09-01T04:00:00Z')
const HOUR_MS = 3_600_000
const activity = (id: string, from: number, to: number, changes: Partial<Activity> = {}) =>
  ({
    id,
    state: 'published',
    rehearsal_of: null,
    time_zone: 'Asia/Shanghai',
    starts_at: new Date(NOON + from * HOUR_MS).toISOString(),
    ends_at: new Date(NOON + to * HOUR_MS).toISOString(),
    opens_before_s: 0,
    closes_after_s: 0,
    ...changes,
  }) as Activity
const ids = (found: Activity[]) => found.map(({ id }) => id)

test('today goes by the zone of each, the rest comes after, and drafts need somebody', () => {
  const found = todayOf(
    [
      activity('tomorrow', 13, 14),
      activity('evening', 6, 8),
      activity('now', -1, 1),
      activity('morning', -3, -2, { state: 'closed' }),
      activity('off', 2, 3, { state: 'cancelled' }),
      activity('rehearsal', 2, 3, { rehearsal_of: 'a-draft' }),
      activity('draft', 5, 6, { state: 'draft' }),
      activity('far', 50, 51, { state: 'draft' }),
    ],
    NOON,
  )
  expect(ids(found.today)).toEqual(['morning', 'now', 'evening'])
  expect(ids(found.next)).toEqual(['tomorrow'])
  expect(ids(found.drafts)).toEqual(['draft'])
})

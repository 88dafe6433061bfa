import { expect, test } from 'vitest'
import { phaseOf } from '@/activities/phases'
import type { Activity } from '@/activities/queries'

const NOON = Date.parse('2026-09-01T12:00:00Z')
const MINUTE_MS = 60_000

const activity = (changes: Partial<Activity> = {}) =>
  ({
    state: 'published',
    starts_at: '2026-09-01T12:00:00Z',
    ends_at: '2026-09-01T14:00:00Z',
    opens_before_s: 600,
    closes_after_s: 300,
    ...changes,
  }) as Activity

test.each([
  ['upcoming', -11, {}],
  ['now', -10, {}],
  ['now', 125, {}],
  ['past', 126, {}],
  ['past', 30, { state: 'closed' }],
  ['past', -60, { state: 'cancelled' }],
  ['draft', 30, { state: 'draft' }],
] as const)('an activity is %s %i minutes after it begins', (phase, minutes, changes) => {
  expect(phaseOf(activity(changes), NOON + minutes * MINUTE_MS)).toBe(phase)
})

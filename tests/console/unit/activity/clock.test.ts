import { expect, test } from 'vitest'
import { hintsOf, standingOf } from '@/activity/clock'
import type { Activity } from '@/activity/queries'

const NOON = Date.parse('2026-09-01T12:00:00Z')
const MINUTE_MS = 60_000

const activity = (changes: Partial<Activity> = {}) =>
  ({
    state: 'published',
    starts_at: '2026-09-01T12:00:00Z',
    ends_at: '2026-09-01T14:00:00Z',
    opens_before_s: 600,
    closes_after_s: 300,
    occurrences: [],
    methods: ['qr', 'code'],
    place: { name: '图书馆' },
    wifi: [],
    roster_id: 'a-roster',
    expected_count: 0,
    ...changes,
  }) as Activity

test.each([
  ['before', -11, {}],
  ['during', -10, {}],
  ['during', 124, {}],
  ['after', 125, {}],
  ['after', 30, { state: 'closed' }],
  ['cancelled', -60, { state: 'cancelled' }],
  ['draft', 300, { state: 'draft' }],
  ['during', 150, { occurrences: [{ closes_at: '2026-09-01T14:31:00Z' }] as Activity['occurrences'] }],
] as const)('it is %s %i minutes after its beginning', (standing, minutes, changes) => {
  expect(standingOf(activity(changes), NOON + minutes * MINUTE_MS)).toBe(standing)
})

test.each([
  [[], {}],
  [['noRehearsal'], { state: 'draft' }],
  [['noExpected'], { roster_id: null }],
  [['noPlace'], { place: null }],
  [[], { place: null, wifi: [{ ssid: 'hall', bssid: '' }] }],
  [['noBackRows'], { methods: ['qr'], roster_id: null, expected_count: 80 }],
  [['past'], { ends_at: '2026-09-01T10:00:00Z' }],
] as const)('hints %o of %o', (hints, changes) => {
  expect(hintsOf(activity(changes as Partial<Activity>), NOON - 30 * MINUTE_MS, false)).toEqual(hints)
})

import { expect, test } from 'vitest'
import { appealOf, casesOf, leftOf, nextOf, reasonsOf, type Review } from '@/reviews/cases'
import { changesOf, whereaboutsOf, type Activity } from '@/reviews/evidence'
import { rowsOf } from '@/reviews/rows'
import { scaleOf } from '@/reviews/scale'

const review = (
  id: string,
  changes: { user_id?: string; minute?: number; reasons?: string[] } = {},
  more = {},
): Review =>
  ({
    id,
    revision: 1,
    accuracy_m: 150,
    claimed_at: null,
    received_at: `2026-09-01T00:${String(changes.minute ?? 0).padStart(2, '0')}:00Z`,
    history: [],
    ...more,
    checkin: {
      activity_id: 'a',
      occurrence_id: 'o',
      direction: 'in',
      user_id: changes.user_id ?? id,
      distance_m: 278,
      is_offline: false,
      method: 'code',
      reasons: (changes.reasons ?? ['FENCE_UNCERTAIN']).map((reason) => ({ reason })),
    },
  }) as unknown as Review

const ACTIVITY = {
  place: { name: '报告厅', radius_m: 200 },
  wifi: [],
  roster: 'listed',
  methods: ['code'],
  starts_at: '2026-09-01T00:00:00Z',
} as unknown as Activity

test('however often somebody tried, they are one case, by the latest try', () => {
  const cases = casesOf([
    review('3', { user_id: 'x', minute: 9 }),
    review('2', { minute: 5 }),
    review('1', { user_id: 'x', minute: 1 }),
  ])
  expect(cases.map(({ id, earlier }) => [id, earlier.map((one) => one.id)])).toEqual([
    ['3', ['1']],
    ['2', []],
  ])
})

test('after a decision the next one is looked at, after the last the one before', () => {
  const cases = casesOf([review('1', { minute: 1 }), review('2', { minute: 2 }), review('3', { minute: 3 })])
  expect(nextOf(cases, new Set(['2']), '2')).toBe('3')
  expect(nextOf(cases, new Set(['3']), '3')).toBe('2')
  expect(nextOf(cases, new Set(['1', '2', '3']), '2')).toBe('')
})

test('reasons are counted, the most frequent first', () => {
  const cases = casesOf([
    review('1'),
    review('2', { reasons: ['WIFI_MISSING'] }),
    review('3', { reasons: ['WIFI_MISSING', 'FENCE_UNCERTAIN'] }),
    review('4', { reasons: ['WIFI_MISSING'] }),
  ])
  expect(reasonsOf(cases)).toEqual([
    { reason: 'WIFI_MISSING', n: 3 },
    { reason: 'FENCE_UNCERTAIN', n: 2 },
  ])
})

test('an appeal is read, a stale one is not', () => {
  const history = [
    { event: 'appealed', at: '', reason: '我在后排' },
    { event: 'appealed', at: '', reason: '别的', is_stale: true },
  ]
  expect(appealOf(review('1', {}, { history }))).toBe('我在后排')
  expect(appealOf(review('1'))).toBeUndefined()
})

test.each([
  [278, ['FENCE_OUTSIDE'], [{ key: 'nearer', metres: 78 }]],
  [180, ['FENCE_UNCERTAIN'], [{ key: 'preciser', metres: 20 }]],
  [
    278,
    ['FENCE_OUTSIDE', 'FENCE_UNCERTAIN', 'WIFI_MISSING', 'WIFI_MISMATCH'],
    [{ key: 'nearer', metres: 78 }, { key: 'wifi' }],
  ],
  [278, ['NOT_ON_ROSTER'], [{ key: 'listed' }]],
  [278, ['DEVICE_NEW'], [{ key: 'ask' }]],
])('%i m away with %j: %j would change it', (distance_m, reasons, expected) => {
  expect(changesOf(review('1', { reasons }), { distance_m, accuracy_m: 30, radius_m: 200 })).toEqual(expected)
})

test('without a place, or without a location, there is no map', () => {
  expect(whereaboutsOf(review('1'), { ...ACTIVITY, place: null } as Activity)).toBeNull()
  expect(whereaboutsOf(review('1'), undefined)).toBeNull()
  expect(whereaboutsOf(review('1'), ACTIVITY)).toEqual({ distance_m: 278, accuracy_m: 150, radius_m: 200 })
})

test.each([
  [278, 150, 200],
  [2200, 10, 200],
  [0, null, 500],
  [0, null, 0],
])('%i m away, give or take %s, of %i: everything fits, to one scale', (distance_m, accuracy_m, radius_m) => {
  const scale = scaleOf({ distance_m, accuracy_m, radius_m })
  expect(Math.max(scale.fence, scale.farthest)).toBeLessThanOrEqual(92.001)
  expect(scale.nearest).toBeGreaterThanOrEqual(0)
  if (radius_m) expect(scale.person / scale.fence).toBeCloseTo(distance_m / radius_m)
  expect(scale.bar / scale.bar_m).toBeCloseTo(92 / Math.max(radius_m, distance_m + (accuracy_m ?? 0), 1))
})

test('evidence tells what was asked beside what was found, and marks what the case is about', () => {
  const words = { t: (key: string) => key, metres: (value: number) => `${value} m`, moment: (at: string) => at }
  const rows = rowsOf(review('1'), ACTIVITY, words)
  expect(rows.map(({ what, isOff }) => [what.split('.').at(-1), isOff])).toEqual([
    ['place', true],
    ['roster', false],
    ['time', false],
    ['method', false],
  ])
})

test('the newest may come first', () => {
  const cases = casesOf([review('1', { minute: 1 }), review('2', { minute: 2 })], true)
  expect(cases.map(({ id }) => id)).toEqual(['2', '1'])
})

test.each([
  [80, 'days', 3],
  [48, 'days', 2],
  [47.5, 'hours', 47],
  [1, 'hours', 1],
  [0.5, 'soon', 0],
  [-3, 'soon', 0],
])('what still has %s hours says so', (hours, key, n) => {
  const now = Date.parse('2026-09-01T00:00:00Z')
  expect(leftOf(new Date(now + hours * 3_600_000).toISOString(), now)).toEqual({ key, n })
})

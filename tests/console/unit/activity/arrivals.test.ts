import { expect, test } from 'vitest'
import { curveOf, gatesOf, lately, withSnapshot, type Snapshot } from '@/activity/arrivals'

const NOON = Date.parse('2026-09-01T12:00:00Z')
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString()
const MINUTES = [
  { minute: at(-1), count: 3, span_s: 60 },
  { minute: at(-60), count: 30, span_s: 900 },
  { minute: at(-4), count: 5, span_s: 60 },
  { minute: at(-9), count: 7, span_s: 60 },
]

test('the curve goes by time, longer spans by the minute', () => {
  expect(curveOf(MINUTES).map(({ rate, sum }) => [rate, sum])).toEqual([
    [2, 30],
    [7, 37],
    [5, 42],
    [3, 45],
  ])
})

test('only minutes that are told one by one count as late ones', () => {
  expect(lately(MINUTES, NOON, 5)).toBe(8)
})

test('gates say what came since the oldest snapshot of the last minutes', () => {
  const told: Snapshot[] = [
    { at: NOON - 7 * 60_000, byGate: { north: 1 } },
    { at: NOON - 6 * 60_000, byGate: { north: 2, south: 9 } },
    { at: NOON - 60_000, byGate: { north: 8, south: 9 } },
    { at: NOON, byGate: { north: 8, south: 10 } },
  ]
  const snapshots = told.reduce<Snapshot[]>((known, next) => withSnapshot(known, next, 5), [])
  expect(snapshots.map(({ at }) => (at - NOON) / 60_000)).toEqual([-6, -1, 0])
  expect(gatesOf(snapshots)).toEqual({
    gates: [
      { gate: 'north', count: 8, more: 6 },
      { gate: 'south', count: 10, more: 1 },
    ],
    minutes: 6,
  })
  expect(gatesOf([])).toEqual({ gates: [], minutes: 0 })
})

import { describe, expect, test } from 'vitest'
import { optionsOf } from '@/reports/drawing'
import { cohortRowOf, curvesOf, drawingOf, rowOf, tilesOf } from '@/reports/lines'
import { nameOf, numbersOf, percent, points, sentence } from '@/reports/said'
import { targetsOf } from '@/reports/targets'
import { en } from '@/texts/en'
import { zh } from '@/texts/zh'
import { advice } from '../../../vectors/advice.json'

const say = (key: string, named: Record<string, unknown> = {}) => `${key} ${JSON.stringify(named)}`
const figures = (came: number | null, expected = 10) => ({
  occurrences: 1,
  counted: came === null ? 0 : 1,
  expected: came === null ? null : expected,
  came,
  leave: came === null ? null : 0,
  rate: came === null ? null : came / expected,
  checked_in: came ?? 3,
  late: 1,
  doubtful: 0,
  refused: 2,
  provisional: 0,
  by_method: { code: 1, qr: 4 },
})
const period = (...keys: [string, number | null][]) => ({
  from: '2026-09-01',
  to: '2026-09-30',
  activity_id: null,
  whole: figures(9),
  points: keys.map(([key, came]) => ({ key, title: '', figures: figures(came) })),
  curves: [],
  hidden_groups: 0,
  more: 0,
})

test('shares are hundredths, and what nobody knows is a dash', () => {
  expect([percent(0.934), percent(1), percent(0), percent(null)]).toEqual(['93.4%', '100%', '0%', '–'])
  expect([points(0.92, 0.9), points(0.8, 0.9), points(0.9, 0.9), points(0.9, null)]).toEqual(['+2', '−10', '±0', ''])
})

test('tiles say how it stands against what is laid beside', () => {
  expect(tilesOf(figures(9), figures(8), say)[0]).toMatchObject({ value: '90%', tone: 'good' })
  expect(tilesOf(figures(9), figures(8), say)[0]?.note).toContain('+10')
  expect(tilesOf(figures(null), null, say)[1]?.value).toBe('– / –')
  expect(rowOf('k', '周一', figures(9), say).cells.at(-1)).toMatch(/qr.* 4 · .*code.* 1/)
})

test('of two periods the longer gives the places, and gaps stay gaps', () => {
  const drawing = drawingOf(period(['a', 9], ['b', null]), period(['x', 5], ['y', 6], ['z', 7]), (key) => key, say)
  expect(drawing.places).toEqual(['x', 'y', 'z'])
  expect(drawing.series.map(({ data }) => data)).toEqual([
    [9, 3, null],
    [0.9, null, null],
    [0.5, 0.6, 0.7],
  ])
  const options = optionsOf(drawing, () => 'red')
  expect(options.series.map(({ yAxisIndex }) => yAxisIndex)).toEqual([0, 1, 1])
})

test('curves lie over one another as shares, in the longest step', () => {
  const curve = (step_min: number, ...steps: [number, number][]) => ({
    occurrence_id: 'o',
    activity_id: 'a',
    title: '早读',
    time_zone: 'Asia/Shanghai',
    starts_at: '2026-09-07T00:00:00Z',
    step_min,
    steps: steps.map(([offset_min, count]) => ({ offset_min, count })),
  })
  const both = curvesOf([curve(5, [-5, 1], [5, 3]), curve(1, [-1, 2], [0, 2])], ({ title }) => title)
  expect(both?.drawing.places).toEqual(['−5', '0', '+5'])
  expect(both?.drawing.series.map(({ data }) => data)).toEqual([
    [0.25, 0.25, 1],
    [0.5, 1, 1],
  ])
  expect(both?.rows[1]?.cells).toEqual(['0', '1', '4'])
  expect(curvesOf([], () => '')).toBeNull()
})

test('a point is called what people call it', () => {
  expect(nameOf('hour', '08', '', say)).toBe('08:00')
  expect(nameOf('activity', 'id', '早读', say)).toBe('早读')
  expect(nameOf('day', '2026-09-01', '', say)).toBe('2026-09-01')
  expect(nameOf('weekday', '1', '', say)).toContain('weekdays.1')
  expect(nameOf('group', '', '', say)).toContain('noGroup')
})

describe.each([
  ['zh', zh.reports],
  ['en', en.reports],
])('sentences in %s', (_, words) => {
  const reading = (key: string, named: Record<string, unknown> = {}): string => {
    const text = key
      .split('.')
      .slice(1)
      .reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], words)
    return String(text).replace(/\{(\w+)\}/g, (_all, name: string) => String(named[name]))
  }
  test.each([
    ['ABSENT_STREAK', { people: 3, longest: 5 }, {}],
    ['DROP_OFF', { from_rate: 0.95, to_rate: 0.7, rate: 0.8, occurrences: 9 }, {}],
    ['RISING', { from_rate: 0.7, to_rate: 0.95, rate: 0.8, occurrences: 9 }, {}],
    ['STEADY', { from_rate: 0.9, to_rate: 0.9, rate: 0.9, occurrences: 9 }, {}],
    ['GROUP_LOW', { rate: 0.7, others: 0.9 }, { group: '二班' }],
    ['WEEKDAY_LOW', { rate: 0.7, others: 0.9 }, { weekday: '5' }],
    ['LATE_OFTEN', { late: 3, came: 10, share: 0.3 }, {}],
    ['ARRIVALS', { median_min: -7, share: 0.2, minutes: 5 }, {}],
    ['ARRIVALS', { median_min: 3, share: 0.2, minutes: 5 }, {}],
    ['REGULARITY', { regular: 7, seldom: 1, people: 9 }, {}],
  ])('%s leaves nothing open', (code, numbers, named) => {
    const said = sentence({ code, numbers: numbers as Record<string, number>, words: named }, reading)
    expect(said).not.toMatch(/undefined|NaN|\{|−|-/)
    expect(said.length).toBeGreaterThan(10)
  })

  test('there are words for every piece of advice', () => {
    const codes = Object.keys(words.advice).filter((code) => code === code.toUpperCase())
    expect(codes.sort()).toEqual(advice.map(({ code }) => code).sort())
  })

  test.each(advice)('$code says every number behind it, and what it would change', ({ code, numbers }) => {
    const told = numbersOf(numbers as unknown as Record<string, number>)
    const said = `${reading(`reports.advice.${code}.do`, told)} ${reading(`reports.advice.${code}.why`, told)}`
    expect(said).not.toMatch(/undefined|NaN|\{/)
    for (const number of Object.values(told)) expect(said).toContain(number)
  })
})

test('advice goes to what is yet to come, then to what goes on', () => {
  const at = (id: string, title: string, hours: number, state = 'published') => ({
    id,
    title,
    state,
    place: { radius_m: 200 },
    starts_at: new Date(hours * 3_600_000).toISOString(),
    ends_at: new Date((hours + 1) * 3_600_000).toISOString(),
    opens_before_s: 0,
    closes_after_s: 0,
  })
  const activities = [
    at('over', '早读', 1),
    at('other', '班会', 40),
    at('running', '早读', 20),
    at('next', '早读', 60),
    { ...at('nowhere', '早读', 50), place: null },
    at('draft', '讲座', 70, 'draft'),
  ] as unknown as Parameters<typeof targetsOf>[0]
  const advice = { activity_id: 'running', title: '早读', change: { place: { radius_m: 500 } } }
  const found = targetsOf(activities, advice as unknown as Parameters<typeof targetsOf>[1], 20.5 * 3_600_000)
  expect(found.map(({ id }) => id)).toEqual(['next', 'other', 'draft', 'running'])
})

test('advice goes nowhere where it would take something away', () => {
  const at = (id: string, radius_m: number, qr_period_s: number, opens_before_s: number) => ({
    ...{ id, title: '早读', state: 'draft', place: { radius_m }, qr_period_s, opens_before_s, closes_after_s: 0 },
    ...{ starts_at: '2026-09-01T08:00:00Z', ends_at: '2026-09-01T09:00:00Z' },
  })
  const activities = [at('little', 200, 60, 900), at('much', 1000, 300, 7200)] as unknown as Parameters<
    typeof targetsOf
  >[0]
  for (const change of [{ place: { radius_m: 500 } }, { qr_period_s: 120 }, { opens_before_s: 1800 }]) {
    const one = { activity_id: 'little', title: '早读', change } as unknown as Parameters<typeof targetsOf>[1]
    expect(targetsOf(activities, one, 0).map(({ id }) => id)).toEqual(['little'])
  }
})

test('a cohort has its shares, and a dash for a day that is not over', () => {
  const { key, cells } = cohortRowOf({ week: '2026-09-07', people: 40, day_1: 30, day_7: 0, day_30: null })
  expect([key, cells]).toEqual(['2026-09-07', ['2026-09-07', '40', '30 (75%)', '0 (0%)', '–']])
})

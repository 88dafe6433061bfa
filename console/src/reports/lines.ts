/** Reports as tiles, rows and drawings. Pure but for the words. */

import type { Drawing } from './drawing'
import type { Cohorts, Figures, QualityFigures, TrendPeriod } from './queries'
import { count, percent, points } from './said'

type Say = (key: string, named?: Record<string, unknown>) => string
type Name = (key: string, title: string) => string
type Curve = TrendPeriod['curves'][number]

/** A number beside others. */
export interface Tile {
  word: string
  value: string
  /** Under it, such as 960 人次 or +2.1 个百分点. */
  note?: string
  tone?: 'good' | 'wait' | 'bad'
}

/** The numbers that a head asks for, and how they stand against what is laid beside. */
export const tilesOf = (now: Figures, then: Figures | null, say: Say): Tile[] => {
  const moved = points(now.rate, then?.rate)
  const was = (amount: number | undefined) => (then ? say('reports.was', { n: count(amount) }) : undefined)
  return [
    {
      word: say('reports.columns.rate'),
      value: percent(now.rate),
      note: moved ? say('reports.points', { n: moved }) : say('reports.ofCounted', { n: now.counted }),
      tone: now.rate === null ? undefined : now.rate >= 0.9 ? 'good' : now.rate < 0.7 ? 'bad' : 'wait',
    },
    {
      word: say('reports.columns.cameOf'),
      value: `${count(now.came)} / ${count(now.expected)}`,
      note: say('reports.leaveOf', { n: count(now.leave) }),
    },
    { word: say('reports.columns.checkedIn'), value: count(now.checked_in), note: was(then?.checked_in) },
    { word: say('reports.columns.occurrences'), value: count(now.occurrences), note: was(then?.occurrences) },
    { word: say('reports.columns.late'), value: count(now.late), note: was(then?.late) },
    { word: say('reports.columns.doubtful'), value: count(now.doubtful), note: was(then?.doubtful) },
    { word: say('reports.columns.refused'), value: count(now.refused), note: was(then?.refused) },
  ]
}

/** A row of the table beside the chart. */
export const rowOf = (key: string, name: string, figures: Figures, say: Say) => {
  const methods = Object.entries(figures.by_method)
    .sort(([, one], [, other]) => other - one)
    .map(([method, amount]) => `${say(`common.methods.${method}`)} ${amount}`)
  return {
    key,
    cells: [
      name,
      count(figures.occurrences),
      count(figures.expected),
      count(figures.came),
      percent(figures.rate),
      count(figures.checked_in),
      count(figures.late),
      count(figures.leave),
      count(figures.doubtful),
      count(figures.refused),
      methods.join(' · ') || '–',
    ],
  }
}

/** Who came as bars, the rate as a line; what is compared beside it, place by place. */
export const drawingOf = (main: TrendPeriod, beside: TrendPeriod | null, name: Name, say: Say): Drawing => {
  const long = beside && beside.points.length > main.points.length ? beside.points : main.points
  const at = (period: TrendPeriod, read: (figures: Figures) => number | null) =>
    long.map((_, number) => {
      const point = period.points[number]
      return point ? read(point.figures) : null
    })
  const rate = (figures: Figures) => figures.rate
  return {
    places: long.map(({ key, title }) => name(key, title)),
    series: [
      { name: say('reports.columns.checkedIn'), kind: 'bar', data: at(main, (figures) => figures.checked_in) },
      { name: say('reports.columns.rate'), kind: 'line', data: at(main, rate), isShare: true },
      ...(beside
        ? [
            {
              name: say('reports.rateBeside', { from: beside.from }),
              kind: 'line' as const,
              data: at(beside, rate),
              isShare: true,
              isDashed: true,
            },
          ]
        : []),
    ],
  }
}

/** Curves over one another, as shares of who came, so that small and large occurrences compare; null: there is none. */
export const curvesOf = (curves: readonly Curve[], name: (curve: Curve) => string, minutes = '') => {
  if (!curves.length) return null
  const step = Math.max(...curves.map(({ step_min }) => step_min))
  const offsets = curves.flatMap(({ steps }) => steps.map(({ offset_min }) => Math.floor(offset_min / step) * step))
  const [first, last] = [Math.min(...offsets), Math.max(...offsets)]
  const places = Array.from({ length: (last - first) / step + 1 }, (_, number) => first + number * step)
  const sums = curves.map(({ steps }) => {
    let sum = 0
    return places.map((place) => {
      sum += steps
        .filter(({ offset_min }) => Math.floor(offset_min / step) * step === place)
        .reduce((total, one) => total + one.count, 0)
      return sum
    })
  })
  const sign = (offset: number) => (offset > 0 ? `+${offset}` : String(offset).replace('-', '−'))
  return {
    drawing: {
      places: places.map(sign),
      series: curves.map((curve, number) => ({
        name: name(curve),
        kind: 'line' as const,
        data: (sums[number] ?? []).map((sum) => sum / (sums[number]?.at(-1) || 1)),
        isShare: true,
      })),
    },
    columns: [minutes, ...curves.map(name)],
    rows: places.map((place, row) => ({
      key: String(place),
      cells: [sign(place), ...sums.map((sum) => count(sum[row]))],
    })),
  }
}

/** A row of those who began in one week: how many came again, or a dash while that day is not over. */
export const cohortRowOf = ({ week, people, day_1, day_7, day_30 }: Cohorts['cohorts'][number]) => ({
  key: week,
  cells: [
    week,
    count(people),
    ...[day_1, day_7, day_30].map((again) => (again === null ? '–' : `${again} (${percent(again / people, 0)})`)),
  ],
})

/** How well checking in works, in numbers. */
export const qualityTilesOf = (whole: QualityFigures, say: Say): Tile[] => {
  const seconds = (ms: number | null) => (ms === null ? '–' : say('reports.seconds', { n: (ms / 1000).toFixed(1) }))
  const of = (amount: number) => percent(whole.tried ? amount / whole.tried : null)
  return [
    {
      word: say('reports.quality.success'),
      value: percent(whole.success_rate),
      note: say('reports.quality.tried', { n: whole.tried }),
      tone: whole.success_rate === null ? undefined : whole.success_rate >= 0.95 ? 'good' : 'wait',
    },
    {
      word: say('reports.quality.mean'),
      value: seconds(whole.answer_mean_ms),
      note: say('reports.quality.p95', { n: seconds(whole.answer_p95_ms), of: whole.answers }),
    },
    { word: say('reports.quality.again'), value: count(whole.tried_again), note: of(whole.tried_again) },
    {
      word: say('reports.quality.anomaly'),
      value: percent(whole.anomaly_rate),
      note: say('reports.quality.people', { n: whole.anomalous }),
    },
    {
      word: say('reports.quality.offline'),
      value: of(whole.offline),
      note: say('reports.quality.people', { n: whole.offline }),
    },
    {
      word: say('reports.quality.staff'),
      value: of(whole.by_staff),
      note: say('reports.quality.people', { n: whole.by_staff }),
    },
  ]
}

/** A row of an activity, or of a day. */
export const qualityRowOf = (key: string, name: string, figures: QualityFigures) => ({
  key,
  cells: [
    name,
    count(figures.tried),
    percent(figures.success_rate),
    percent(figures.anomaly_rate),
    count(figures.tried_again),
    count(figures.offline),
    count(figures.outside + figures.location_uncertain),
    count(figures.location_denied + figures.location_missing),
    count(figures.wifi_mismatch + figures.wifi_missing),
    count(figures.qr_expired),
    figures.answer_p95_ms === null ? '–' : String(figures.answer_p95_ms),
  ],
})

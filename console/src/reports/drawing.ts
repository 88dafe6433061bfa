/** Charts of reports as data: bars and lines over named places. Pure. */

import { percent } from './said'

export interface Series {
  name: string
  kind: 'bar' | 'line'
  /** One for each place; null: nothing there. */
  data: readonly (number | null)[]
  /** Shares have an axis of their own, up to 100%. */
  isShare?: boolean
  isDashed?: boolean
  stack?: string
}

export interface Drawing {
  places: readonly string[]
  series: readonly Series[]
}

/** Told apart without colour too: lines differ in their dashes, and all are named. */
const COLOURS = ['--brand-fill', '--warning-fill', '--success-fill', '--danger-fill', '--edge', '--brand']
const DASHES = ['solid', 'dashed', 'dotted'] as const
type Colour = (name: string) => string

const seriesOf = ({ name, kind, data, isShare, isDashed, stack }: Series, number: number, colour: Colour) => {
  const tone = colour(COLOURS[number % COLOURS.length] ?? '') || colour('--brand')
  const look =
    kind === 'bar'
      ? { barMaxWidth: 28, itemStyle: { color: tone, opacity: isDashed ? 0.45 : 0.85 } }
      : {
          showSymbol: data.length < 40,
          symbolSize: 6,
          connectNulls: true,
          itemStyle: { color: tone },
          lineStyle: {
            color: tone,
            width: 2,
            type: isDashed ? 'dashed' : DASHES[Math.floor(number / 3) % DASHES.length],
          },
        }
  return {
    ...look,
    type: kind,
    name,
    stack,
    yAxisIndex: isShare ? 1 : 0,
    data: [...data],
    tooltip: isShare ? { valueFormatter: (value: unknown) => percent(value as number | null) } : {},
  }
}

/** Names of lines beside one another on paper, and the height of a row of them. */
const [NAMES, NAME_PX] = [3, 22]

/** What ECharts takes; on paper, where nobody leafs, all names are there. */
export const optionsOf = ({ places, series }: Drawing, colour: Colour, isPaper = false) => {
  const label = { color: colour('--text-weak'), hideOverlap: true }
  const line = { lineStyle: { color: colour('--line') } }
  const isShared = series.some(({ isShare }) => isShare)
  return {
    animation: false,
    textStyle: { fontFamily: colour('--font') },
    grid: {
      left: 48,
      right: isShared ? 52 : 16,
      top: isPaper ? 22 + NAME_PX * Math.ceil(series.length / NAMES) : 44,
      bottom: 32,
    },
    legend: {
      top: 0,
      left: 0,
      right: 0,
      // Many names on a narrow screen are leafed through, not laid over the drawing.
      type: isPaper ? 'plain' : 'scroll',
      textStyle: { color: colour('--text'), ...(isPaper ? { width: 170, overflow: 'truncate' } : {}) },
      pageTextStyle: { color: colour('--text-weak') },
      pageIconColor: colour('--brand'),
      pageIconInactiveColor: colour('--edge'),
    },
    // The policy of content allows no style in markup, which HTML tooltips are made of.
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
    xAxis: { type: 'category', data: [...places], axisLine: line, axisTick: { show: false }, axisLabel: label },
    yAxis: [
      {
        type: 'value',
        minInterval: 1,
        splitLine: line,
        axisLabel: label,
        show: series.some(({ isShare }) => !isShare),
      },
      {
        type: 'value',
        min: 0,
        max: 1,
        show: isShared,
        splitLine: { show: !series.some(({ isShare }) => !isShare), ...line },
        axisLabel: { ...label, formatter: (share: number) => percent(share) },
      },
    ],
    series: series.map((one, number) => seriesOf(one, number, colour)),
  }
}

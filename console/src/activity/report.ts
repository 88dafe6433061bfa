/** What an organiser sends to a group afterwards: numbers in a line, and who was missing where that is wanted. Pure. */

import type { Stats } from '@/api/numbers'
import type { Activity } from './queries'

type Say = (key: string, named?: Record<string, unknown>) => string

export interface Named {
  absent: readonly string[]
  late: readonly string[]
  leave: readonly string[]
}

export type FigureName = 'expected' | 'came' | 'late' | 'leave' | 'absent' | 'waiting' | 'undecided'
export type Figure = [name: FigureName, count: number]

/** The numbers of a report; where nobody is expected nobody can be missing. */
export const figuresOf = (stats: Stats): Figure[] => {
  const found: [FigureName, number | null][] = [
    ['expected', stats.expected],
    ['came', stats.came ?? stats.checked_in],
    ['late', stats.late],
    ['leave', stats.leave],
    ['absent', stats.absent ?? stats.not_yet],
    ['waiting', stats.pending_review + stats.provisional || null],
    ['undecided', stats.by_reason.UNDECIDED || null],
  ]
  return found.filter((one): one is Figure => one[1] !== null)
}

/** The rate, such as 94.2%; of an activity that expects nobody there is none. */
export const rateOf = ({ rate }: Pick<Stats, 'rate'>): string =>
  rate === null ? '' : `${(100 * rate).toFixed(1).replace(/\.0$/, '')}%`

/** Who was missing, late or excused, where anybody was. */
export const listsOf = (named: Named | null): [keyof Named, readonly string[]][] =>
  (['absent', 'late', 'leave'] as const)
    .map((name): [keyof Named, readonly string[]] => [name, named?.[name] ?? []])
    .filter(([, names]) => names.length)

/** The report as text. */
export const reportOf = (activity: Activity, when: string, stats: Stats, named: Named | null, t: Say): string => {
  const figures = figuresOf(stats).map(([name, count]) => `${t(`activity.report.${name}`)}${count}`)
  const rate = rateOf(stats)
  const lists = listsOf(named).map(([name, names]) => `${t(`activity.report.${name}`)}：${names.join('、')}`)
  return [
    `【${activity.title}】${when}`,
    [figures.join(' '), rate && `${t('activity.report.rate')}${rate}`].filter(Boolean).join('，'),
    ...lists,
  ].join('\n')
}

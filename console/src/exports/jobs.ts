/** What an export offers in each of its states. Pure. */

import { ownZone } from '@/parts/times'
import type { Texts } from '@/texts'
import type { Export, ExportFilter, NewExport } from './queries'

export type Report = NewExport['report']

/** Of one activity; tables first, then papers. */
export const REPORTS = ['people', 'checkins', 'register', 'activity', 'sign_sheet', 'proof'] as const

const PAPERS: readonly Report[] = ['activity', 'organisation', 'sign_sheet', 'proof']
const OF_EVERYBODY: readonly Report[] = ['register', ...PAPERS]

/** Of an organisation's period; what compares groups and habits is for who runs it. */
export const reportsOfPeriod = (canManage: boolean): readonly Report[] =>
  canManage ? ['register', 'organisation'] : ['register']

export const isPaper = (report: Report): boolean => PAPERS.includes(report)

type Format = NewExport['format']

/** As what a report can be made. */
export const formatsOf = (report: Report): readonly [Format, ...Format[]] =>
  isPaper(report) ? ['pdf'] : ['xlsx', 'csv']

export const isUnderWay = ({ state }: Pick<Export, 'state'>): boolean => state === 'queued' || state === 'running'

export const isLate = (found: readonly Pick<Export, 'state'>[]): boolean => found.some(isUnderWay)

const TONES: Record<Export['state'], 'good' | 'wait' | 'bad' | undefined> = {
  queued: 'wait',
  running: 'wait',
  done: 'good',
  failed: 'bad',
  cancelled: undefined,
  expired: undefined,
}
export const toneOf = ({ state }: Pick<Export, 'state'>) => TONES[state]

const WHYS: readonly string[] = [
  'STORAGE_FULL',
  'STORAGE_UNAVAILABLE',
  'RULINGS_UNAVAILABLE',
  'DEPENDENCY_UNAVAILABLE',
  'DISK_FULL',
  'EXPORT_CRASHED',
  'TOO_MANY_ROWS',
  'TOO_MANY_COLUMNS',
  'TOO_MANY_OCCURRENCES',
  'NOTHING_HELD',
  'PROVES_NOTHING',
  'NOBODY_QUALIFIES',
  'TOO_MANY_PROOFS',
  'PAPER_TOO_LARGE',
  'NOT_FOUND',
] satisfies (keyof Texts['exports']['whys'])[]

/** The key of why it failed or waits, and what to do; empty where there is nothing to say. */
export const whyOf = ({ state, reason }: Pick<Export, 'state' | 'reason'>): string => {
  if (!reason || (state !== 'failed' && state !== 'running' && state !== 'queued')) return ''
  return `exports.whys.${WHYS.includes(reason) ? reason : 'other'}`
}

/** What is ticked at first: what was chosen last, else all but phones. */
export const tickedAtFirst = (columns: readonly string[], chosen: readonly string[]): string[] =>
  chosen.length ? [...chosen] : columns.filter((one) => one !== 'phone')

/** Columns in the order in which the report has them, whatever was ticked first. */
export const inOrder = (columns: readonly string[], ticked: readonly string[]): string[] =>
  columns.filter((one) => ticked.includes(one))

/** Whether it takes any filter; some are of everybody, or of a group. */
export const isFiltered = (report: Report): boolean => !OF_EVERYBODY.includes(report)

/** The part of a filter that a report takes. */
export const filterFor = (report: Report, filters: ExportFilter): ExportFilter => {
  if (isFiltered(report)) return filters
  if (report === 'organisation') return {}
  const { group, occurrence_id } = filters
  return { ...(group && { group }), ...(occurrence_id && !isPaper(report) && { occurrence_id }) }
}

/** An organisation's days, both included. */
export interface PeriodOf {
  organisation_id: string
  first: string
  last: string
}

/** Whole days as moments, and in which zone: that of this browser; the second is the first that is no part of them. */
export const momentsOf = ({ first, last }: PeriodOf) => {
  const end = new Date(`${last}T00:00`)
  end.setDate(end.getDate() + 1)
  return { from: new Date(`${first}T00:00`).toISOString(), to: end.toISOString(), time_zone: ownZone() }
}

/** Plans as the form has them, and what is said of schedules and robots. Pure. */

import { filterFor, isPaper, REPORTS, reportsOfPeriod } from '@/exports/jobs'
import { ownZone } from '@/parts/times'
import { exportFilterOf, filtersOf, type Filters } from '@/people/filters'
import type { Texts } from '@/texts'
import type { Plan, Robot, Schedule, Tried } from './queries'

export const RHYTHMS = ['after_close', 'daily', 'weekly'] as const
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const
export const KINDS = ['wecom', 'feishu', 'dingtalk'] as const
export const SCHEDULES_AT_MOST = 20
export const ROBOTS_AT_MOST = 5

/** Of an activity anything; of an organisation at some time what there is of its periods. */
export const reportsFor = ({ rhythm, activity_id }: Pick<Plan, 'rhythm' | 'activity_id'>): readonly Plan['report'][] =>
  rhythm === 'after_close' || activity_id ? REPORTS : reportsOfPeriod(true)

/** Filters said anew; who is said to come, which no list is narrowed to, stays. */
export const narrowed = ({ filters }: Pick<Plan, 'filters'>, next: Filters): Plan['filters'] => ({
  ...(filters?.answer === 'coming' && { answer: filters.answer }),
  ...exportFilterOf(next),
})

/** What a plan is narrowed to, as lists have it; nothing of what its report does not take. */
export const narrowedTo = ({ report, filters = {} }: Pick<Plan, 'report' | 'filters'>): Filters =>
  filtersOf(filterFor(report, filters))

/** Whether the robot that is tried has said nothing since. */
export const isAwaited = (robots: readonly Robot[], tried: Tried | null): boolean =>
  robots.some(({ id, last_at }) => id === tried?.id && last_at === tried.last_at)

/** A plan that leaves nothing to the server. */
export type WholePlan = Required<Plan>

export const newPlan = (): WholePlan => ({
  title: '',
  report: 'people',
  format: 'xlsx',
  rhythm: 'after_close',
  time: '18:00',
  weekday: 5,
  time_zone: ownZone(),
  activity_id: null,
  columns: [],
  filters: {},
  to_inbox: true,
  webhook_ids: [],
  paused: false,
})

export const planOf = (one: Schedule): WholePlan => ({
  title: one.title,
  report: one.report,
  format: one.format,
  activity_id: one.activity_id,
  columns: one.columns,
  filters: one.filters,
  rhythm: one.rhythm,
  time: one.time,
  weekday: one.weekday,
  time_zone: one.time_zone,
  to_inbox: one.to_inbox,
  webhook_ids: one.webhook_ids,
  paused: one.paused,
})

/** What is sent: a report that the plan can have with what that takes, and robots that there still are. */
export const sent = (plan: Plan, robots: readonly Pick<Robot, 'id'>[]): Plan => {
  const report = reportsFor(plan).includes(plan.report) ? plan.report : 'register'
  return {
    ...plan,
    report,
    title: plan.title.trim(),
    columns: isPaper(report) ? [] : plan.columns,
    filters: filterFor(report, plan.filters ?? {}),
    webhook_ids: plan.webhook_ids?.filter((id) => robots.some((one) => one.id === id)),
  }
}

/** Whether somebody hears of it. */
export const isTold = ({ to_inbox, webhook_ids }: Pick<Plan, 'to_inbox' | 'webhook_ids'>): boolean =>
  Boolean(to_inbox || webhook_ids?.length)

const RESULTS: readonly string[] = [
  'SENT',
  'KEY_REFUSED',
  'SIGNATURE_REFUSED',
  'CONTENT_REFUSED',
  'RATE_LIMITED',
  'UNREACHABLE',
  'ADDRESS_REFUSED',
  'KEY_UNREADABLE',
] satisfies (keyof Texts['schedules']['results'])[]

/** The key of what became of what a robot was last to say. */
export const resultOf = ({ last_result }: Pick<Robot, 'last_result'>): string =>
  `schedules.results.${last_result === null ? 'none' : RESULTS.includes(last_result) ? last_result : 'UNREACHABLE'}`

export const toneOf = ({ last_result }: Pick<Robot, 'last_result'>): 'good' | 'wait' | 'bad' | undefined => {
  if (last_result === null) return undefined
  if (last_result === 'SENT') return 'good'
  return last_result === 'RATE_LIMITED' || last_result === 'UNREACHABLE' ? 'wait' : 'bad'
}

/** What a schedule does, in one sentence. Pure but for the words. */

import { ownZone } from '@/parts/times'
import type { Plan } from './queries'

type Say = (key: string, named?: Record<string, unknown>) => string

/** What a plan knows by ids and words of the server, as people call it. */
export interface Called {
  /** Of its activity; empty: of none. */
  activity: string
  narrowed: readonly string[]
  told: readonly string[]
  /** Several words as one. */
  list: (words: readonly string[]) => string
}

const whenOf = ({ rhythm, time, weekday, time_zone }: Plan, activity: string, t: Say): string => {
  if (rhythm === 'after_close')
    return activity ? t('schedules.says.afterOne', { activity }) : t('schedules.says.afterEach')
  const at = time_zone && time_zone !== ownZone() ? t('schedules.says.zone', { time, zone: time_zone }) : time
  const day = t(`schedules.weekdays.${weekday}`)
  return rhythm === 'weekly' ? t('schedules.says.weekly', { day, at }) : t('schedules.says.daily', { at })
}

const whatOf = ({ report, rhythm, activity_id }: Plan, activity: string, t: Say): string => {
  const said = { report: t(`exports.reports.${report}`), activity }
  if (rhythm === 'after_close') return t('schedules.says.its', said)
  return t(activity_id ? 'schedules.says.ofOne' : 'schedules.says.ofPeriod', said)
}

export const sentenceOf = (plan: Plan, { activity, narrowed, told, list }: Called, t: Say): string => {
  const format = t(`exports.formats.${plan.format}`)
  const n = plan.columns?.length ?? 0
  return t('schedules.says.whole', {
    when: whenOf(plan, activity, t),
    what: whatOf(plan, activity, t),
    how: n ? t('schedules.says.columns', { format, n }) : format,
    only: narrowed.length ? t('schedules.says.only', { who: narrowed.join(' · ') }) : '',
    told: told.length ? list(told) : t('schedules.nobody'),
  })
}

import { describe, expect, test } from 'vitest'
import { EVERYBODY } from '@/people/filters'
import { ownZone } from '@/parts/times'
import { narrowed, narrowedTo, newPlan, reportsFor, sent } from '@/schedules/plans'
import type { Plan } from '@/schedules/queries'
import { sentenceOf, type Called } from '@/schedules/sentence'
import { i18n } from '@/texts'

const { t } = i18n.global
const plan = (changes: Partial<Plan> = {}): Plan => ({ ...newPlan(), ...changes })
const said = (changes: Partial<Plan>, called: Partial<Called> = {}) =>
  sentenceOf(
    plan(changes),
    { activity: '', narrowed: [], told: ['我的消息'], list: (words) => words.join('、'), ...called },
    t,
  )

describe('what a schedule does', () => {
  test('after each close, a file of what closed', () => {
    expect(said({})).toBe('每场活动结束后，生成它的人员名单（Excel），通知我的消息')
    const columns = ['name', 'status']
    expect(said({ columns, format: 'csv' }, { narrowed: ['迟到', '一班'] })).toBe(
      '每场活动结束后，生成它的人员名单（CSV，2 列），只含迟到 · 一班，通知我的消息',
    )
  })

  test('of the organisation, what it held since the last time', () => {
    expect(said({ rhythm: 'weekly', report: 'register' }, { told: ['我的消息', '教务群'] })).toBe(
      '每周五 18:00，生成上一次以来各场活动的出勤总表（Excel），通知我的消息、教务群',
    )
  })

  test('of one activity, that activity as it is by then', () => {
    const one = { activity_id: 'a', rhythm: 'daily' as const, time_zone: 'Europe/Berlin' }
    expect(said(one, { activity: '高等数学' })).toBe(
      '每天 18:00（Europe/Berlin 时间），生成“高等数学”到那时的人员名单（Excel），通知我的消息',
    )
    expect(said({ ...one, rhythm: 'after_close' }, { activity: '高等数学', told: [] })).toBe(
      '“高等数学”结束后，生成它的人员名单（Excel），通知没有人',
    )
  })

  test('the clock of this browser needs no name', () => {
    expect(said({ rhythm: 'daily', report: 'register', time_zone: ownZone() })).toMatch(/^每天 18:00，/)
  })
})

describe('what is sent', () => {
  test('a report that the plan can have, with what it takes', () => {
    const filters = { group: '一班', punctuality: 'late' as const }
    const columns = ['name']
    expect(sent(plan({ title: ' 周报 ', filters, columns }), [])).toMatchObject({ title: '周报', columns, filters })
    expect(sent(plan({ report: 'activity', format: 'pdf', filters, columns }), [])).toMatchObject({
      columns: [],
      filters: { group: '一班' },
    })
    expect(sent(plan({ rhythm: 'daily', filters }), [])).toMatchObject({
      report: 'register',
      filters: { group: '一班' },
    })
    expect(sent(plan({ rhythm: 'daily', report: 'organisation', filters }), [])).toMatchObject({ filters: {} })
  })

  test('an activity may have any report at any time, an organisation those of a period', () => {
    expect(reportsFor({ rhythm: 'daily', activity_id: 'a' })).toContain('people')
    expect(reportsFor({ rhythm: 'after_close', activity_id: null })).toContain('people')
    expect(reportsFor({ rhythm: 'daily', activity_id: null })).toEqual(['register', 'organisation'])
  })

  test('filters come back as they were said', () => {
    const filters = { status: null, answer: 'leave' as const, group: '一班', q: '' }
    expect(narrowedTo({ report: 'people', filters })).toEqual({ ...EVERYBODY, status: 'leave', group: '一班' })
    expect(narrowedTo({ report: 'register', filters })).toEqual({ ...EVERYBODY, group: '一班' })
    expect(narrowed({ filters }, { ...EVERYBODY, punctuality: 'late' })).toEqual({ punctuality: 'late' })
    const coming = { answer: 'coming' as const }
    expect(narrowed({ filters: coming }, { ...EVERYBODY, status: 'absent' })).toEqual({ ...coming, status: 'absent' })
  })
})

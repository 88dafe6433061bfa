/** What may be asked for and what a file offers; and what is told of how many came before. */

const { formatsOf, formOf, isUnderWay, lineOf, periodOf } = require('../../../../miniprogram/organise/pages/exports/view')
const { curveOf, daysOf, lastWeek, weekOf } = require('../../../../miniprogram/organise/components/turnout-history/view')

const NOW = new Date(2026, 8, 9, 10).getTime()

const file = (changes) => ({
  id: 'e1', report: 'people', format: 'xlsx', state: 'done', progress: 100, row_count: 120, file_name: '周会 人员名单.xlsx', reason: null,
  created_at: new Date(2026, 8, 9, 9).toISOString(), finished_at: null, expires_at: new Date(2026, 8, 16, 9).toISOString(), ...changes,
})

test('an organisation has a register of a period, an activity tables, papers and no period', () => {
  const asked = { report: 'register', format: 'csv', period: 'month' }
  const [ofOrganisation, ofActivity] = [formOf(true, asked), formOf(false, asked)]
  expect([ofOrganisation.reports.length, ofOrganisation.periods.length]).toEqual([1, 4])
  expect([ofActivity.reports.map(({ name }) => name), ofActivity.periods]).toEqual([['people', 'checkins', 'register', 'activity', 'sign_sheet', 'proof'], []])
  expect(ofActivity.formats.filter(({ is_on }) => is_on)).toEqual([{ name: 'csv', text: 'CSV', is_on: true }])
  expect(ofActivity.hint).toContain('电脑')
  expect(formOf(false, { ...asked, report: 'proof', format: 'pdf' }).formats).toEqual([{ name: 'pdf', text: 'PDF', is_on: true }])
  expect([formatsOf('people'), formatsOf('activity')]).toEqual([['xlsx', 'csv'], ['pdf']])
})

test.each([
  ['month', [2026, 8, 1], [2026, 8, 10]],
  ['before', [2026, 7, 1], [2026, 8, 1]],
  ['days', [2026, 5, 12], [2026, 8, 10]],
  ['year', [2025, 8, 10], [2026, 8, 10]],
])('the period %s is of whole days here', (name, from, to) => {
  expect(periodOf(name, NOW)).toEqual({ from: new Date(...from).toISOString(), to: new Date(...to).toISOString() })
})

test.each([
  [{}, { state: '已完成', tone: 'good', is_done: true, can_cancel: false, progress: null, until: '9月16日 09:00 前可以下载', why: '' }],
  [{ state: 'running', progress: 40, expires_at: null }, { state: '生成中', progress: 40, spoken: '已完成 40%', can_cancel: true, is_done: false, until: '' }],
  [{ state: 'running', progress: 90, reason: 'STORAGE_FULL' }, { why: '存储空间已满，正在等待；一直这样请联系管理员' }],
  [{ state: 'queued', file_name: '' }, { state: '排队中', name: '人员名单', can_cancel: true }],
  [{ state: 'failed', reason: 'NOTHING_HELD' }, { tone: 'bad', why: '这段时间没有活动，请换一个时间', can_cancel: false, is_done: false }],
  [{ state: 'failed', reason: 'OF_A_LATER_RELEASE' }, { why: '生成失败，请重新生成；一直这样请联系管理员' }],
  [{ state: 'expired', reason: null }, { state: '已过期', why: '文件已过期删除，需要时请重新生成', is_done: false }],
  [{ state: 'cancelled' }, { state: '已取消', why: '', is_done: false, can_cancel: false }],
  [{ report: 'of_later', format: 'pdf', file_name: '' }, { name: 'of_later', about: '今天 09:00 生成 · PDF · 120 行' }],
])('a file %j reads as %j', (changes, read) => {
  expect(lineOf(file(changes), NOW)).toMatchObject(read)
  expect(isUnderWay(file(changes))).toBe(Boolean(lineOf(file(changes), NOW).can_cancel))
})

test.each([[9, 31, 6], [6, 24, 30], [7, 31, 6]])('on 9/%i the last week is that of a Monday to a Sunday', (day, from, to) => {
  const said = lastWeek(new Date(2026, 8, day, 23, 59).getTime())
  expect([new Date(`${said.from}T00:00`).getDate(), new Date(`${said.to}T00:00`).getDate()]).toEqual([from, to])
  expect([new Date(`${said.from}T00:00`).getDay(), new Date(`${said.compare_to}T00:00`).getDay()]).toEqual([1, 0])
})

const whole = (changes) => ({ occurrences: 3, counted: 2, expected: 100, came: 81, leave: 10, rate: 0.9, checked_in: 85, ...changes })
const trends = (found, compared = null, counting = 0) => ({ period: { whole: found, curves: [] }, compared: compared && { whole: compared }, counting })

test('the last week is its rate, of whom, and how that moved', () => {
  const [told, lower, same] = [0.86, 0.95, 0.9].map((rate) => weekOf(trends(whole(), whole({ rate }))))
  expect(told).toEqual({ rate: '90%', about: '2 场，应到 90 人次，实到 81 人次', moved: '比再前一周高 4 个百分点' })
  expect([lower.moved, same.moved]).toEqual(['比再前一周低 5 个百分点', '与再前一周持平'])
  expect(weekOf(trends(whole(), whole({ rate: null }))).moved).toBe('')
})

test('where nobody was expected nothing is told, and no rate while it is being counted', () => {
  expect(weekOf(trends(whole({ rate: null })))).toBeNull()
  expect(weekOf(trends(whole(), null, 2))).toEqual({ rate: '–', about: '正在统计，请稍后再看', moved: '' })
})

test('a curve has a bar for each step from the first who came to the last, with who came late in another colour', () => {
  const steps = [{ offset_min: -4, count: 2 }, { offset_min: -2, count: 8 }, { offset_min: 1, count: 4 }]
  const curve = { starts_at: new Date(NOW).toISOString(), step_min: 1, steps }
  const { bars, about, name, spoken } = curveOf({ period: { curves: [curve] } })
  expect(bars.map(({ percent }) => percent)).toEqual([25, 0, 100, 0, 0, 50])
  expect(bars.map(({ is_late }) => is_late)).toEqual([false, false, false, false, true, true])
  expect([name, about]).toEqual(['到场时间', '开始前 4 分钟 至 开始后 2 分钟 · 最多的是开始前 2 分钟，8 人 · 每格 1 分钟'])
  expect(spoken).toMatch(/^到场时间：开始前 4 分钟/)
  expect(curveOf({ period: { curves: [curve, curve] } }).name).toBe('2026-09-09的到场时间')
})

test('a long curve is put into fewer bars and loses nobody; none is drawn of nobody', () => {
  const steps = Array.from({ length: 120 }, (_, index) => ({ offset_min: 5 * index - 60, count: 1 }))
  const { bars, about } = curveOf({ period: { curves: [{ starts_at: new Date(NOW).toISOString(), step_min: 5, steps }] } })
  expect([bars.length, new Set(bars.map(({ percent }) => percent)).size]).toEqual([60, 1])
  expect(about).toContain('每格 10 分钟')
  expect(curveOf({ period: { curves: [] } })).toBeNull()
})

test('an activity is asked for by all of its days, and by no more than a year of them', () => {
  const of = (days) => daysOf({ id: 'a1', starts_at: new Date(NOW).toISOString(), ends_at: new Date(NOW + days * 86400000).toISOString() })
  expect(of(0)).toEqual({ by: 'day', activity_id: 'a1', from: '2026-09-08', to: '2026-09-10' })
  const { from, to } = of(700)
  expect((Date.parse(to) - Date.parse(from)) / 86400000).toBe(364)
})

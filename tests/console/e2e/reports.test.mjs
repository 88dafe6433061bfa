/** Reports in a browser, against the real stack: a term that is over, and an activity that is open. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, afterEach, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newName, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
const visits = []
let browser, owner, organisation, activity

/** Forty people of two groups, and twelve weeks of them; see tests/e2e/past.py. */
const aTerm = async () => {
  owner = await signIn(newName('organiser'))
  organisation = await owner.post('/v1/organisations', { name: '实验中学' })
  const { id: roster } = await owner.post(`/v1/organisations/${organisation.id}/rosters`, { title: '高一' })
  for (let number = 0; number < 40; number++)
    await owner.post(`/v1/rosters/${roster}/entries`, {
      name: `学生${String(number).padStart(2, '0')}`,
      number: `2026${String(number).padStart(3, '0')}`,
      group: number % 2 ? '一班' : '二班',
    })
  const soon = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString()
  const made = await owner.post('/v1/activities', {
    organisation_id: organisation.id,
    kind: 'event',
    title: '开学典礼',
    time_zone: 'Asia/Shanghai',
    starts_at: soon(0.1),
    ends_at: soon(2),
    opens_before_s: 1800,
    methods: ['qr'],
    policy: { fence: 'review' },
    place: { name: '操场', latitude: 25.04, longitude: 102.71, coord: 'gcj02', radius_m: 200 },
  })
  activity = await owner.post(`/v1/activities/${made.id}/publish`)
  const quality = () => owner.get(`/v1/organisations/${organisation.id}/quality`)
  await until(quality, ({ whole }) => whole.occurrences === 1)
  const python = `${ROOT}/.venv/bin/python`
  await run(python, ['-m', 'tests.e2e.past', organisation.id, roster, activity.id], { cwd: ROOT })
}

before(async () => {
  browser = await launch()
  await aTerm()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

const visited = async (to, options = {}) => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  return visit
}
const DAY_MS = 86_400_000
const day = (back) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10)
const term = `from=${day(100)}&to=${day(-1)}`

for (const { width, size, scheme } of VIEWS)
  test(`a term is told at ${width} px, ${scheme}`, async () => {
    const visit = await visited(`/console/reports/trends?${term}&by=week&beside=before`, { size, scheme })
    await visit.sees('到场曲线')
    await visit.shot(`reports-trends-${width}-${scheme}`, { fullPage: true })
    await visit.accessible()
    await visit.page.getByRole('link', { name: '质量' }).click()
    await visit.sees('把签到范围从 200 米放宽到 500 米')
    await visit.shot(`reports-quality-${width}-${scheme}`, { fullPage: true })
    await visit.accessible()
    await visit.page.getByRole('link', { name: '行为' }).click()
    await visit.sees('请先联系他们')
    await visit.sees('学生07')
    await visit.shot(`reports-behaviour-${width}-${scheme}`, { fullPage: true })
    await visit.accessible()
  })

for (const [tab, seen] of [
  ['trends', '到场曲线'],
  ['quality', '随时间变化'],
  ['behaviour', '请先联系他们'],
])
  test(`${tab} is outlined while it is on its way, and paler while other days are asked for`, async () => {
    const visit = await visited('/console/organisation')
    let letGo = await visit.holds(new RegExp(`/v1/.*/${tab}[?]`))
    await visit.go(`/console/reports/${tab}?${term}&by=week`)
    await visit.page.locator('.el-skeleton .chart').waitFor()
    await visit.shot(`reports-loading-${tab}`, { fullPage: true })
    await visit.accessible()
    letGo()
    await visit.sees(seen)
    await visit.page.locator('[aria-busy=false] canvas').first().waitFor()
    letGo = await visit.holds(new RegExp(`/v1/.*/${tab}[?]`))
    await visit.page.locator('input[type=date]').last().fill(day(0))
    await visit.page.waitForFunction(() => {
      const busy = document.querySelector('[aria-busy=true]')
      return busy && getComputedStyle(busy).opacity < 0.5
    })
    await visit.shot(`reports-updating-${tab}`, { fullPage: true })
    letGo()
    await visit.page.locator('[aria-busy=false]').waitFor()
  })

test('who may see behaviour is not refused while nobody knows yet who they are', async () => {
  const visit = await visited('/console/sessions')
  const letGo = await visit.holds(/\/v1\/organisations[?]/)
  await visit.go(`/console/reports/behaviour?${term}`)
  await visit.page.locator('.el-skeleton .chart').waitFor()
  assert.equal(await visit.page.getByText('只有所有者和组织者').count(), 0)
  letGo()
  await visit.sees('请先联系他们')
})

/** A4 upright between its margins, in pixels of 1/96 inch. */
const PAPER = { width: 703, height: 1000 }

for (const [tab, seen, chosen] of [
  ['trends', '到场曲线', '按周 · 全部活动 · 全部分组 · 与上一段时间对比'],
  ['quality', '随时间变化', null],
  ['behaviour', '请先联系他们', '的名单（'],
])
  test(`${tab} on paper is light, no wider than A4, and says in words what was chosen`, async () => {
    const visit = await visited(`/console/reports/${tab}?${term}&by=week&beside=before`, {
      size: PAPER,
      scheme: 'dark',
    })
    await visit.sees(seen)
    await visit.page.locator('canvas').last().waitFor()
    await visit.paper(`reports-${tab}`)
    await visit.page.emulateMedia({ media: 'print' })
    await visit.page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
    await visit.sees('实验中学 · ')
    if (chosen) await visit.sees(chosen)
    const found = await visit.page.evaluate(() => ({
      isDark: document.documentElement.classList.contains('dark'),
      controls: [...document.querySelectorAll('.el-select, input, .el-button')].filter((one) => one.checkVisibility())
        .length,
      wide: [...document.querySelectorAll('table, canvas')]
        .map((one) => one.getBoundingClientRect().right)
        .filter((right) => right > window.innerWidth),
    }))
    assert.deepEqual(found, { isDark: false, controls: 0, wide: [] })
    await visit.page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
    assert.ok(await visit.page.evaluate(() => document.documentElement.classList.contains('dark')))
  })

test('who comes again for points is told by week, with a dash for days that are not over', async () => {
  const visit = await visited(`/console/reports/behaviour?${term}`)
  const of = (week, people, ...days) => ({ week, people, day_1: days[0], day_7: days[1], day_30: days[2] })
  const json = {
    ...{ from: '2026-09-07', to: '2026-09-27', hidden_cohorts: 1, as_of: new Date().toISOString() },
    cohorts: [of('2026-09-07', 40, 30, 20, 10), of('2026-09-14', 12, 6, null, null)],
    funnel: { first: 40, day_7: 20, rate: 0.5 },
  }
  await visit.page.context().route('**/cohorts?*', (route) => route.fulfill({ json }))
  await visit.page.reload()
  await visit.sees('首次签到 40 人，其中 20 人第 7 天再次签到（50%）')
  await visit.sees('30 (75%)')
  const last = visit.page.getByRole('row', { name: /2026-09-14/ })
  assert.deepEqual(await last.getByRole('cell').allTextContents(), ['12', '6 (50%)', '–', '–'])
  await visit.shot('reports-cohorts', { fullPage: true })
  await visit.accessible()
})

test('advice goes to the next activity at once, and to what goes on when that is confirmed and not before', async () => {
  const soon = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString()
  const next = await owner.post('/v1/activities', {
    ...{ organisation_id: organisation.id, kind: 'event', title: '开学典礼', time_zone: 'Asia/Shanghai' },
    ...{ starts_at: soon(48), ends_at: soon(50), methods: ['qr'], policy: { fence: 'review' } },
    place: { name: '操场', latitude: 25.04, longitude: 102.71, coord: 'gcj02', radius_m: 200 },
  })
  const radius = async ({ id }) => (await owner.get(`/v1/activities/${id}`)).place.radius_m
  const visit = await visited(`/console/reports/quality?${term}`)
  const apply = (place) => place.getByRole('button', { name: '应用', exact: true }).first().click()
  const choice = visit.page.getByRole('dialog', { name: /把签到范围/ })

  await apply(visit.page)
  await choice.getByRole('radio').nth(1).waitFor()
  await apply(choice)
  await visit.sees('已应用到“开学典礼”')
  assert.deepEqual([await radius(next), await radius(activity)], [500, 200])

  await choice.waitFor({ state: 'hidden' })
  await apply(visit.page)
  await choice.getByText('进行中').waitFor()
  await choice.getByRole('radio').nth(1).waitFor({ state: 'detached' })
  await apply(choice)
  const question = visit.page.getByRole('dialog', { name: '修改进行中的“开学典礼”？' })
  await question.getByRole('button', { name: '取消', exact: true }).click()
  await question.waitFor({ state: 'hidden' })
  assert.equal(await radius(activity), 200)
  await visit.sees('把签到范围从 200 米放宽到 500 米')
})

test('advice is hidden, shown again, and applied to what goes on after a question', async () => {
  const visit = await visited(`/console/reports/quality?${term}`)
  const button = (name) => visit.page.getByRole('button', { name, exact: true })
  await button('不再提示').click()
  await visit.sees('目前的数据没有需要改进的地方')
  await visit.page.getByRole('button', { name: '查看已隐藏的 1 条' }).click()
  await button('恢复提示').click()
  await button('应用').first().click()
  await visit.sees('优先用于下一场')
  await visit.shot('reports-apply')
  await visit.accessible()
  await visit.page.getByRole('dialog').getByRole('button', { name: '应用' }).click()
  await button('确认修改').click()
  await visit.sees('目前的数据没有需要改进的地方')
  assert.equal((await owner.get(`/v1/activities/${activity.id}`)).place.radius_m, 500)
})

test('a period without anything is said, one that cannot be is refused, and what fails is told', async () => {
  const visit = await visited('/console/reports/trends?from=2020-01-01&to=2020-01-31')
  await visit.sees('这段时间没有开始过的活动')
  await visit.shot('reports-empty')
  await visit.accessible()
  await visit.page.getByLabel('从', { exact: true }).fill('2020-02-01')
  await visit.sees('开始日期不能晚于结束日期')
  await visit.page.route('**/quality?**', (route) => route.fulfill({ status: 500, body: '' }))
  await visit.page.getByRole('link', { name: '质量' }).click()
  await visit.page.getByRole('button', { name: '重试' }).waitFor()
  await visit.shot('reports-failed')
})

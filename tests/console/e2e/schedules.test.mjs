/** Schedules, robots and the inbox: arranged, tried against the simulator, and read, on the real stack. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openListed, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const ROBOTS = 'http://127.0.0.1:8091'
const MESSAGES = [
  { kind: 'export_ready', figures: { expected: 40, came: 38, leave: 1 }, export_id: 'e' },
  {
    kind: 'export_ready',
    figures: { expected: 0, came: 12, leave: 0 },
    export_id: 'e',
    read_at: '2026-09-01T00:00:00Z',
  },
  { kind: 'export_failed', export_id: 'e', reason: 'TOO_MANY_ROWS' },
  { kind: 'schedule_paused', reason: 'OWNER_LOST_RIGHT' },
  { kind: 'delivery_failed', title: `${'很长的群名'.repeat(7)}`, reason: 'KEY_REFUSED' },
]
let browser, owner, listed

const robot = async () => {
  const body = JSON.stringify({ kind: 'dingtalk', signed: true })
  return (await fetch(`${ROBOTS}/sim/robots`, { method: 'POST', body })).json()
}

before(async () => {
  browser = await launch()
  listed = await openListed([{ name: '张伟', number: '2026001' }], { title: '高等数学' })
  ;({ owner } = listed)
})

after(() => browser?.close())

test('a robot is made known and tried, and a schedule names it', async () => {
  const made = await robot()
  const visit = await Visit.create(browser, { as: owner })
  const { page } = visit
  await visit.go('/console/exports')
  await page.getByRole('main').getByRole('link', { name: '定时导出' }).click()
  await visit.sees('还没有定时导出')
  await visit.shot('schedules-empty-1440-light')
  await page.getByRole('button', { name: '添加机器人' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('钉钉', { exact: true }).click()
  await dialog.getByLabel('名称').fill('教务群')
  await dialog.getByLabel('地址').fill(made.url)
  await dialog.getByLabel('签名密钥').fill(made.secret)
  await visit.shot('schedules-robot-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '保存' }).click()
  await visit.sees(`尾号 ${made.key.slice(-4)}`)
  await page.getByRole('button', { name: '发送测试' }).click()
  await visit.sees('已送达')
  const { messages } = await (await fetch(`${ROBOTS}/sim/messages?key=${made.key}`)).json()
  assert.deepEqual(
    messages.map(({ text }) => text),
    ['【签到】这是一条测试消息：机器人已接通。'],
  )
  await page.getByRole('button', { name: '新建定时导出' }).click()
  await dialog.getByLabel('名称').fill('每周出勤')
  await dialog.getByText('每周', { exact: true }).click()
  await dialog.getByText('钉钉 · 教务群').click()
  await visit.shot('schedules-form-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '保存' }).click()
  await visit.sees('周五 18:00')
  await visit.sees('通知：我的消息、教务群')
  await page.getByRole('button', { name: '暂停' }).click()
  await visit.sees('已暂停')
  await page.getByRole('button', { name: '继续' }).click()
  await visit.sees('运行中')
  const { schedules } = await owner.get(`/v1/organisations/${listed.organisation_id}/export-schedules`)
  assert.deepEqual(
    schedules.map(({ report, rhythm, time, weekday, paused }) => [report, rhythm, time, weekday, paused]),
    [['register', 'weekly', '18:00', 5, false]],
  )
  await visit.close()
})

for (const { width, size, scheme } of VIEWS)
  test(`schedules and messages can be read at ${width} px, ${scheme}`, async () => {
    const visit = await Visit.create(browser, { as: owner, size, scheme })
    await until(
      () => owner.get(`/v1/organisations/${listed.organisation_id}/export-schedules`),
      ({ schedules }) => schedules.length === 1,
    )
    await visit.go('/console/exports/schedules')
    await visit.sees('每周出勤')
    await visit.shot(`schedules-${width}-${scheme}`)
    await visit.accessible()
    const common = { title: '每周出勤', organisation_id: listed.organisation_id, export_id: null, reason: null }
    const messages = MESSAGES.map((one, index) => ({
      ...{ ...common, figures: null, created_at: '2026-09-01T00:00:00.000Z', read_at: null },
      ...{ ...one, id: `${index}` },
    }))
    const json = { messages, next_page_token: '', unread_count: 4 }
    await visit.page.context().route('**/v1/me/inbox?*', (route) => route.fulfill({ json }))
    await visit.go('/console/inbox')
    await visit.sees('应到 40 · 实到 38 · 签到率 97.4%')
    await visit.sees('安排它的人已不是组织者')
    await visit.shot(`inbox-${width}-${scheme}`)
    await visit.accessible()
    await visit.close()
  })

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
  listed = await openListed([{ name: '张伟', number: '2026001', group: '一班' }], { title: '高等数学' })
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
  await visit.sees('每周五 18:00，生成上一次以来各场活动的出勤总表（Excel，3 列），通知我的消息和教务群')
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

test('a robot gets another name and secret, and its address stays', async () => {
  const made = await robot()
  const path = `/v1/organisations/${listed.organisation_id}/webhooks`
  const { id } = await owner.post(path, { kind: 'dingtalk', label: '旧名', url: made.url, secret: 'SECof-another' })
  const visit = await Visit.create(browser, { as: owner })
  const { page } = visit
  await visit.go('/console/exports/schedules')
  const row = page.getByRole('listitem').filter({ hasText: made.key.slice(-4) })
  await row.getByRole('button', { name: '发送测试' }).click()
  await row.getByText('签名密钥不对').waitFor()
  await row.getByRole('button', { name: '修改' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByPlaceholder(`留空则不变（尾号 ${made.key.slice(-4)}）`).waitFor()
  await dialog.getByLabel('名称').fill('年级群')
  await dialog.getByLabel('签名密钥').fill(made.secret)
  await visit.shot('schedules-robot-edit-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '保存' }).click()
  await row.getByText('年级群').waitFor()
  await row.getByText('还没发过').waitFor()
  await row.getByRole('button', { name: '发送测试' }).click()
  await row.getByText('已送达').waitFor()
  await owner.call('DELETE', `${path}/${id}`)
  await visit.close()
})

test('a schedule of one activity says what, of whom and by which clock, and is changed', async () => {
  const visit = await Visit.create(browser, { as: owner })
  const { page } = visit
  const dialog = page.getByRole('dialog')
  const choose = async (field, option) => {
    await dialog.getByRole('combobox', { name: field }).click({ force: true })
    await page.getByRole('option', { name: option }).click()
  }
  await visit.go('/console/exports/schedules')
  await page.getByRole('button', { name: '新建定时导出' }).click()
  await dialog.getByLabel('名称').fill('每天的迟到')
  await dialog.getByText('一场活动', { exact: true }).click()
  assert.equal(await dialog.getByRole('button', { name: '保存' }).isDisabled(), true)
  await choose('活动', /高等数学/)
  await dialog.getByText('每天', { exact: true }).click()
  await dialog.getByRole('combobox', { name: '时区' }).fill('berlin')
  await page.getByRole('option', { name: 'Europe/Berlin' }).click()
  await dialog.getByText('说明', { exact: true }).click()
  await choose('准时', /^迟到$/)
  await choose('分组', /^一班$/)
  await visit.sees(
    '每天 18:00（Europe/Berlin 时间），生成“高等数学”到那时的人员名单（Excel，13 列），只含迟到 · 一班，通知我的消息',
  )
  await dialog.getByRole('button', { name: '保存' }).scrollIntoViewIfNeeded()
  await visit.shot('schedules-one-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '保存' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const path = `/v1/organisations/${listed.organisation_id}/export-schedules`
  const of = async () => (await owner.get(path)).schedules.find(({ title }) => title === '每天的迟到')
  const made = await of()
  assert.deepEqual(
    [made.activity_id, made.report, made.rhythm, made.time_zone, made.columns.includes('reasons')],
    [listed.id, 'people', 'daily', 'Europe/Berlin', false],
  )
  assert.deepEqual([made.filters.punctuality, made.filters.group, made.filters.status], ['late', '一班', null])
  const row = page.getByRole('listitem').filter({ hasText: '每天的迟到' })
  await row.getByRole('button', { name: '修改' }).click()
  await dialog.getByText('（Excel，13 列），只含迟到 · 一班').waitFor()
  assert.equal(await dialog.getByRole('checkbox', { name: '说明' }).isChecked(), false)
  await dialog.getByText('活动报告', { exact: true }).click()
  await dialog.getByText('活动结束后', { exact: true }).click()
  await dialog.getByRole('button', { name: '保存' }).click()
  await row.getByText('“高等数学”结束后，生成它的活动报告（PDF），只含一班，通知我的消息').waitFor()
  const changed = await of()
  assert.deepEqual(
    [changed.id, changed.format, changed.columns, changed.filters.punctuality],
    [made.id, 'pdf', [], null],
  )
  await owner.call('DELETE', `${path}/${made.id}`)
  await visit.close()
})

for (const { width, size, scheme } of VIEWS)
  test(`the form of a schedule can be read at ${width} px, ${scheme}`, async () => {
    const visit = await Visit.create(browser, { as: owner, size, scheme })
    await visit.go('/console/exports/schedules')
    await visit.page.getByRole('button', { name: '新建定时导出' }).click()
    await visit.page.getByRole('dialog').getByLabel('名称').fill('每次课后')
    await visit.sees('每场活动结束后，生成它的人员名单（Excel，14 列），通知我的消息')
    await visit.shot(`schedules-form-${width}-${scheme}`)
    await visit.page.getByRole('button', { name: '保存' }).scrollIntoViewIfNeeded()
    await visit.shot(`schedules-form-end-${width}-${scheme}`)
    await visit.accessible()
    await visit.close()
  })

test('in English a schedule is one sentence, too', async () => {
  const visit = await Visit.create(browser, { as: owner, locale: 'en-GB' })
  await visit.go('/console/exports/schedules')
  await visit.sees('Every Friday at 18:00: Register of all activities since the last time (Excel, 3 columns)')
  await visit.page.getByRole('button', { name: 'New schedule' }).click()
  await visit.shot('schedules-form-english-1440-light')
  await visit.accessible()
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

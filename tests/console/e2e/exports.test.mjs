/** Files: asked for on the list of people, followed and fetched on their own page, against the real stack. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { openListed, PLACE, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

/** What the server could say of a file, each beside the other: few of them can be had at will. */
const EVERY_STATE = [
  { state: 'queued', progress: 0 },
  { state: 'running', progress: 40, row_count: 40_000, reason: 'STORAGE_UNAVAILABLE' },
  {
    state: 'done',
    progress: 100,
    row_count: 123,
    file_name: '高等数学 人员名单 20260901-0800.xlsx',
    shows_phones: true,
  },
  { state: 'failed', progress: 0, reason: 'TOO_MANY_ROWS' },
  { state: 'cancelled', progress: 0 },
  { state: 'expired', progress: 100, file_name: `${'很长的活动名称'.repeat(8)} 出勤总表 20260901-0800.xlsx` },
]
let browser, owner, listed

before(async () => {
  browser = await launch()
  listed = await openListed(
    [
      { name: '张伟', number: '2026001', group: '一班', phone: '13800000000' },
      { name: '=王芳', number: '2026002', group: '一班' },
    ],
    { title: '高等数学', place: PLACE, policy: { fence: 'off', not_listed: 'review' } },
  )
  ;({ owner } = listed)
  const people = [{ roster_entry_id: listed.entries[0].id }]
  await owner.post(`${listed.path}/marks`, { mark: 'present', reason: '现场点名', people })
  await until(
    () => owner.get(`${listed.path}/people`),
    ({ people: found }) => found.length === 1,
  )
})

after(() => browser?.close())

test('a file is asked for with its columns, made, and fetched', async () => {
  const visit = await Visit.create(browser, { as: owner })
  const letGo = await visit.holds('**/v1/exports?*')
  await visit.go('/console/exports')
  await visit.page.locator('.skeleton').waitFor()
  await visit.shot('exports-loading-1440-light')
  letGo()
  await visit.sees('还没有导出过文件')
  await visit.shot('exports-empty-1440-light')
  await visit.go(`/console/activities/${listed.id}/people`)
  await visit.page.getByRole('button', { name: '更多格式' }).click()
  const dialog = visit.page.getByRole('dialog')
  await dialog.getByText('CSV', { exact: true }).click()
  await dialog.getByText('手机号', { exact: true }).click()
  await dialog.getByText('手机号不打码').click()
  await visit.shot('exports-dialog-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '生成文件' }).click()
  await visit.sees('已开始生成')
  await visit.page.getByRole('link', { name: '查看进度' }).click()
  await visit.sees('已完成')
  const downloading = visit.page.waitForEvent('download')
  await visit.page.getByRole('button', { name: '下载' }).click()
  const text = fs.readFileSync(await (await downloading).path(), 'utf8')
  assert.match(text, /^\uFEFF姓名,编号,分组,手机号,/)
  assert.match(text, /\r\n张伟,2026001,一班,13800000000,已签到/)
  assert.match(text, /\r\n'=王芳,2026002,一班,,未签到/)
  await visit.close()
})

test('the register of the days on the reports is made of these days; its columns are remembered', async () => {
  const visit = await Visit.create(browser, { as: owner })
  const dialog = visit.page.getByRole('dialog')
  const ask = async (at) => {
    await visit.go(at)
    await visit.page.getByRole('button', { name: '导出报表' }).click()
    await dialog.getByText('分组', { exact: true }).waitFor()
  }
  const today = new Date().toLocaleDateString('sv-SE')
  await ask(`/console/reports/trends?from=${today}&to=${today}`)
  await dialog.getByText(`${today} 至 ${today}`).waitFor()
  await dialog.getByText('分组', { exact: true }).click()
  await visit.shot('exports-register-1440-light')
  await visit.accessible()
  await dialog.getByRole('button', { name: '生成文件' }).click()
  await visit.sees('已开始生成')
  const { exports: found } = await owner.get('/v1/exports')
  const made = found.find(({ activity_id }) => activity_id === null)
  assert.deepEqual([made.report, made.organisation_id], ['register', listed.organisation_id])
  await ask('/console/organisation')
  assert.equal(await dialog.getByRole('checkbox', { name: '分组' }).isChecked(), false)
  await dialog.getByText('组织报告', { exact: true }).click()
  await dialog.getByRole('radio', { name: 'PDF' }).waitFor()
  await visit.shot('exports-organisation-1440-light')
  await dialog.getByRole('button', { name: '生成文件' }).click()
  await visit.sees('已开始生成')
  await visit.page.getByRole('link', { name: '查看进度' }).click()
  await visit.page.locator('li').filter({ hasText: '组织报告' }).filter({ hasText: '已完成' }).first().waitFor()
  await visit.close()
})

test('when an activity is over its files are asked for beside its rate', async () => {
  const over = await openListed([{ name: '李雷' }], { title: '已经结束的课' })
  await over.owner.post(`${over.path}/close`)
  const visit = await Visit.create(browser, { as: over.owner })
  await visit.go(`/console/activities/${over.id}`)
  await visit.page.getByRole('button', { name: '导出', exact: true }).click()
  await visit.page.getByRole('dialog').getByRole('button', { name: '生成文件' }).click()
  await visit.sees('已开始生成')
  await visit.shot('exports-after-1440-light')
  await visit.close()
})

for (const { width, size, scheme } of VIEWS)
  test(`every state can be read at ${width} px, ${scheme}`, async () => {
    const visit = await Visit.create(browser, { as: owner, size, scheme })
    const common = {
      ...{ report: 'people', format: 'xlsx', activity_id: listed.id, organisation_id: listed.organisation_id },
      ...{ user_id: owner.user.id, shows_phones: false, row_count: 0, file_bytes: 0, file_name: '', reason: null },
      ...{ created_at: '2026-09-01T00:00:00.000Z', finished_at: null, expires_at: null },
    }
    const exports = EVERY_STATE.map((one, index) => ({ ...common, ...one, id: `${index}` }))
    const json = { exports, next_page_token: '' }
    await visit.page.context().route('**/v1/exports?*', (route) => route.fulfill({ json }))
    await visit.go('/console/exports')
    await visit.sees('超过 Excel 的行数上限')
    await visit.shot(`exports-${width}-${scheme}`)
    await visit.accessible()
    await visit.close()
  })

/** Rosters in a browser, against the real stack: a list comes in, is looked at, taken over and taken back. */

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { newName, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, owner, roster

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

beforeEach(async () => {
  owner = await signIn(newName('organiser'))
  const { id } = await owner.post('/v1/organisations', { name: '星光读书会' })
  roster = await owner.post(`/v1/organisations/${id}/rosters`, { title: '2026 级新生' })
  await owner.post(`/v1/rosters/${roster.id}/entries`, { name: '王小明', number: '2026001', group: '一班' })
  await owner.post(`/v1/rosters/${roster.id}/entries`, { name: '赵大海', number: '2026009', group: '二班' })
})

const visited = async (to, options = {}) => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  return visit
}

const LIST = [
  '姓名\t学号\t分组\t座位',
  '王小明\t2026001\t三班\tA1',
  '李小红\t2026002\t一班\tA2',
  '\t2026003\t一班\tA3',
].join('\n')
const entries = () => owner.get(`/v1/rosters/${roster.id}/entries`).then((page) => page.entries)

for (const { width, size, scheme } of VIEWS)
  test(`rosters, people and an import are readable at ${width} px, ${scheme}`, async () => {
    const visit = await visited('/console/rosters', { size, scheme })
    await visit.sees('2026 级新生')
    await visit.shot(`rosters-${width}-${scheme}`)
    await visit.accessible()
    await visit.text('2026 级新生').click()
    await visit.sees('赵大海')
    await visit.shot(`roster-${width}-${scheme}`)
    await visit.accessible()
    await visit.text('赵大海').click()
    await visit.page.getByRole('button', { name: '邀请本人确认' }).click()
    await visit.sees('仅能使用一次')
    await visit.page.getByRole('button', { name: '复制链接' }).scrollIntoViewIfNeeded()
    await visit.shot(`entry-${width}-${scheme}`)
    await visit.accessible()
    await visit.page.keyboard.press('Escape')
    await visit.page.getByRole('button', { name: '导入名单' }).click()
    await visit.page.getByLabel('粘贴名单').fill(LIST)
    await visit.accessible()
    await visit.page.getByRole('button', { name: '检查名单' }).click()
    await visit.sees('导入 2 人')
    await visit.shot(`roster-import-${width}-${scheme}`)
    await visit.accessible()
  })

test('somebody is found and confirmed by staff, and taken back; or says so with the invite', async () => {
  const [guest, other] = [await signIn(newName('guest')), await signIn(newName('guest'))]
  await guest.call('PATCH', '/v1/me', { name: '赵大海' })
  await owner.enlist(roster.organisation_id, guest, 'member')
  const boundTo = async () => (await entries()).find(({ name }) => name === '赵大海').bound?.user_id ?? null
  const visit = await visited(`/console/rosters/${roster.id}`)
  const { page } = visit
  await visit.text('赵大海').click()
  await visit.sees((await entries()).find(({ name }) => name === '赵大海').entry_code)
  await page.getByRole('button', { name: '查找此人' }).click()
  await page.getByLabel('按姓名查找').fill('赵大')
  await page.getByRole('button', { name: '就是此人' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确认', exact: true }).click()
  await visit.sees('工作人员已确认')
  assert.equal(await boundTo(), guest.user.id)
  await page.getByRole('button', { name: '解除确认' }).click()
  await page.locator('.el-message-box').getByRole('button', { name: '解除确认' }).click()
  await visit.sees('还不知道是哪位微信用户')
  assert.equal(await boundTo(), null)

  await page.getByRole('button', { name: '邀请本人确认' }).click()
  await visit.sees('复制链接')
  await other.post('/v1/roster-invites/accept', { code: await page.locator('.invite .code').innerText() })
  assert.equal(await boundTo(), other.user.id)
})

test('a pasted list is looked at, imported, and undone', async () => {
  const visit = await visited(`/console/rosters/${roster.id}/import`)
  const { page } = visit
  await page.getByLabel('粘贴名单').fill(LIST)
  await page.getByRole('button', { name: '检查名单' }).click()
  await visit.sees('1 行有误')
  await visit.sees(/第 4 行/)
  assert.equal((await entries()).length, 2)
  await page.getByText('把文件中没有的 1 人移出名单').click()
  await page.getByRole('button', { name: '导入 3 人' }).click()
  await visit.sees('导入完成')
  assert.deepEqual((await entries()).map(({ name }) => name).sort(), ['李小红', '王小明'])

  await page.reload()
  await page.getByRole('button', { name: '撤销这次导入' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销', exact: true }).click()
  await visit.sees('已撤销')
  assert.deepEqual((await entries()).map(({ name, group }) => `${name} ${group}`).sort(), [
    '王小明 一班',
    '赵大海 二班',
  ])
})

test('a dropped file is read as well as a pasted list', async () => {
  const visit = await visited(`/console/rosters/${roster.id}/import`)
  const file = await visit.page.evaluateHandle((text) => {
    const carried = new DataTransfer()
    carried.items.add(new File([text], '名单.csv', { type: 'text/csv' }))
    return carried
  }, '姓名,学号\n钱小芳,2026004\n')
  await visit.sees('把文件拖到这里')
  for (const event of ['dragenter', 'dragover', 'drop'])
    await visit.page.locator('.source').dispatchEvent(event, { dataTransfer: file })
  await visit.sees('导入 1 人')
})

test('somebody is found, changed and taken off; filters are in the address', async () => {
  const visit = await visited(`/console/rosters/${roster.id}`)
  const { page } = visit
  await visit.sees('赵大海')
  await page.getByPlaceholder('姓名、完整学号或手机尾号').fill('王小')
  await page.waitForURL(/q=/)
  await until(
    () => page.getByText('赵大海').count(),
    (count) => count === 0,
  )
  await visit.text('王小明').click()
  await visit.shot('roster-entry')
  await page.getByLabel('备注').fill('第一排')
  await page.getByRole('button', { name: '保存' }).click()
  await until(entries, (found) => found.some(({ note }) => note === '第一排'))
  await visit.sees('王小明')
  await visit.text('王小明').click()
  await page.getByRole('button', { name: '移出名单' }).click()
  await page.getByRole('dialog', { name: '把王小明移出名单？' }).getByRole('button', { name: '移出名单' }).click()
  await until(entries, (found) => found.length === 1)
  await visit.sees('没有符合条件的人')
})

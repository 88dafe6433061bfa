/** An organisation, its people and invites, and the screens and staff of an activity, in a browser on the real stack. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { newName, PLACE, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, owner, helper, organisation_id, activity

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

beforeEach(async () => {
  owner = await signIn(newName('organiser'))
  owner.user = await owner.call('PATCH', '/v1/me', { name: '陈老师' })
  helper = await signIn(newName('helper'))
  await helper.call('PATCH', '/v1/me', { name: '李小红' })
  organisation_id = (await owner.post('/v1/organisations', { name: '星光读书会' })).id
  await owner.enlist(organisation_id, helper, 'member')
  await owner.post(`/v1/organisations/${organisation_id}/places`, { place: { ...PLACE, name: '图书馆' } })
  activity = await owner.open({ organisation_id, title: '新生讲座', methods: ['qr', 'code'] })
})

const visited = async (to, options = {}) => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  return visit
}

const members = () => owner.get(`/v1/organisations/${organisation_id}/members`).then((page) => page.members)
const roleOf = async (person) => (await members()).find(({ user_id }) => user_id === person.user.id)?.role

for (const { width, size, scheme } of VIEWS)
  test(`people, invites, screens and staff are readable at ${width} px, ${scheme}`, async () => {
    const visit = await visited('/console/organisation', { size, scheme })
    await visit.sees('李小红')
    await visit.shot(`organisation-${width}-${scheme}`)
    await visit.accessible()
    await visit.page.locator('label', { hasText: '邀请' }).click()
    await visit.page.getByRole('button', { name: '新建邀请' }).click()
    await visit.sees('加入后的角色')
    await visit.accessible()
    await visit.page.getByRole('button', { name: '生成邀请二维码' }).click()
    await visit.sees('复制链接')
    await visit.shot(`invite-${width}-${scheme}`)
    await visit.accessible()
    await visit.go('/console/organisation?tab=places')
    await visit.text('图书馆').click()
    await visit.sees('粘贴地图链接')
    await visit.accessible()
    await visit.shot(`place-${width}-${scheme}`)
    await visit.page.getByRole('button', { name: '在手机上选' }).click()
    await visit.sees('等待手机选择')
    await visit.accessible()
    await visit.shot(`place-phone-${width}-${scheme}`)
    await visit.go('/console/organisation?tab=places')
    await visit.sees('0 个 Wi-Fi')
    await visit.shot(`places-${width}-${scheme}`)
    await visit.accessible()
    await visit.go('/console/organisation?tab=privacy')
    await visit.sees('用途')
    await visit.shot(`privacy-${width}-${scheme}`)
    await visit.accessible()
    await visit.go(`/console/activities/${activity.id}/displays`)
    await visit.page.getByRole('button', { name: '生成链接' }).click()
    await visit.sees('/d/')
    await visit.sees('等待打开')
    await visit.shot(`displays-${width}-${scheme}`)
    await visit.accessible()
    await visit.go(`/console/activities/${activity.id}/staff`)
    await visit.sees('还没有工作人员')
    await visit.accessible()
  })

for (const { width, size, scheme } of VIEWS)
  test(`a newcomer's first steps are readable at ${width} px, ${scheme}`, async () => {
    const newcomer = await signIn(newName('newcomer'))
    const visit = await visited('/console/', { as: newcomer, size, scheme })
    await visit.sees('先建一个组织')
    await visit.shot(`first-${width}-${scheme}`)
    await visit.accessible()
    await visit.page.getByLabel('组织名称').fill('星光读书会')
    await visit.page.getByRole('button', { name: '创建组织' }).click()
    await visit.sees('还没有活动')
    await visit.accessible()
    await visit.page.getByRole('button', { name: '创建活动' }).click()
    await visit.page.locator('label', { hasText: '按名单' }).click()
    await visit.sees('粘贴名单')
    await visit.shot(`first-roster-${width}-${scheme}`)
    await visit.accessible()
    await visit.page.keyboard.press('Escape')
    await visit.page.getByLabel('粘贴名单').waitFor({ state: 'detached' })
    assert.equal(await visit.page.getByRole('radio', { name: '任何人', exact: true }).isChecked(), true)
  })

test('another organisation is made at the side, and who one is has a name', async () => {
  const visit = await visited('/console/')
  const { page } = visit
  await page.locator('aside').getByRole('button', { name: /^组织/ }).click()
  await page.getByRole('button', { name: '新建组织' }).click()
  await page.getByRole('dialog').getByPlaceholder('例如：星光读书会').fill('第二个组织')
  await page.getByRole('dialog').getByRole('button', { name: '创建组织' }).click()
  await visit.sees('第二个组织')

  const opener = page.locator('aside').getByRole('button', { name: /^组织/ })
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await opener.press('Enter')
  const panel = page.getByRole('dialog', { name: '组织' })
  await panel.getByRole('button', { name: '第二个组织' }).waitFor()
  await visit.accessible()
  await visit.shot('organisation-switch')
  const first = await focused()
  await page.keyboard.press('ArrowDown')
  assert.notEqual(await focused(), first)
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  assert.match(await focused(), /第二个组织/)
  await opener.press('Enter')
  await panel.getByRole('button', { name: '星光读书会' }).press('Enter')
  await opener.filter({ hasText: '星光读书会' }).waitFor()

  await page.getByRole('button', { name: '陈老师' }).click()
  await page.getByRole('button', { name: '修改我的姓名' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('陈静')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '陈静' }).waitFor()
  assert.equal((await owner.get('/v1/me')).name, '陈静')
})

test('a place is chosen on the phone, named anew, and forgotten', async () => {
  const visit = await visited('/console/organisation?tab=places')
  const { page } = visit
  await page.getByRole('button', { name: '添加地点' }).click()
  const asked = page.waitForResponse((answer) => answer.url().endsWith('/v1/place-tickets'))
  await page.getByRole('button', { name: '在手机上选' }).click()
  const { ticket } = await (await asked).json()
  const chosen = { name: '体育馆', latitude: 25.0412, longitude: 102.7123 }
  await owner.post(`/v1/auth/console/${ticket}/place`, chosen)
  await visit.sees('25.041200, 102.712300')
  await page.getByLabel('地点名称').fill('体育馆北门')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await visit.sees('体育馆北门')

  const places = () => owner.get(`/v1/organisations/${organisation_id}/places`).then((all) => all.places)
  const { place } = (await places()).find((one) => one.place.name === '体育馆北门')
  assert.deepEqual([place.latitude, place.longitude], [chosen.latitude, chosen.longitude])
  await visit.text('体育馆北门').click()
  await page.getByRole('button', { name: '删除地点' }).click()
  await page.locator('.el-message-box').getByRole('button', { name: '删除地点' }).click()
  await until(places, (all) => all.length === 1)
})

test('somebody of the simulator chooses a place with two clicks', async () => {
  const visit = await visited('/console/organisation?tab=places')
  const { page } = visit
  await page.getByRole('button', { name: '添加地点' }).click()
  await page.getByRole('button', { name: '在手机上选' }).click()
  const link = page.getByRole('link', { name: /微信模拟器/ })
  await link.waitFor()
  await visit.shot('place-simulator-1440-light')
  await visit.accessible()
  const { origin } = new URL(await link.getAttribute('href'))
  visit.mayAsk(origin)
  const opening = page.context().waitForEvent('page')
  await link.click()
  const simulator = new Visit(await opening)
  simulator.mayAsk(origin)
  const isClosed = simulator.page.waitForEvent('close')
  const choose = async (name) => {
    await simulator.page.getByLabel('姓名').fill(name)
    await simulator.page.getByRole('button', { name: '选这里' }).click()
  }
  await simulator.page.getByText('第一教学楼').click()
  await choose(newName('stranger'))
  await simulator.sees('HTTP 403')
  await simulator.shot('simulator-place')
  await simulator.accessible()
  await choose(owner.name)
  await visit.sees('39.904200, 116.407400')
  await isClosed
})

test('what is kept is said, and less is asked about', async () => {
  const visit = await visited('/console/organisation?tab=privacy')
  const { page } = visit
  await page.locator('label', { hasText: '30 天' }).click()
  await page.getByLabel('用途').fill('核对到场人员')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  const privacy = () => owner.get(`/v1/organisations/${organisation_id}/privacy`)
  await until(privacy, ({ keeps_days, purpose }) => keeps_days === 30 && purpose === '核对到场人员')
})

test('a member gets another role, and is removed', async () => {
  const visit = await visited('/console/organisation')
  const { page } = visit
  await page.getByRole('button', { name: '管理李小红' }).click()
  await page.getByRole('menuitem', { name: '改为工作人员' }).click()
  await until(
    () => roleOf(helper),
    (role) => role === 'staff',
  )
  await page.getByRole('button', { name: '管理李小红' }).click()
  await page.getByRole('menuitem', { name: '移出组织' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '移出组织' }).click()
  await until(
    () => roleOf(helper),
    (role) => role === undefined,
  )
})

test('an invite is revoked, and a screen too', async () => {
  const invite = await owner.post(`/v1/organisations/${organisation_id}/invites`, {
    role: 'member',
    uses: 5,
    expires_at: new Date(Date.now() + 3600_000).toISOString(),
  })
  const guest = await signIn(newName('guest'))
  await guest.call('PATCH', '/v1/me', { name: '王五' })
  await guest.post('/v1/invites/accept', { code: invite.code })
  const visit = await visited('/console/organisation?tab=invites')
  const { page } = visit
  await page.getByRole('button', { name: '已用 1 / 5' }).click()
  await visit.sees('王五')
  await visit.shot('invite-uses')
  await visit.accessible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click()
  await visit.sees('已撤销')
  assert.equal((await owner.get(`/v1/organisations/${organisation_id}/invites/${invite.id}`)).state, 'revoked')

  await visit.go(`/console/activities/${activity.id}/displays`)
  await page.getByRole('button', { name: '生成链接' }).click()
  await page.getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await visit.sees('已停用')
})

test('own data is taken along, and erased', async () => {
  const guest = await signIn(newName('guest'))
  guest.user = await guest.call('PATCH', '/v1/me', { name: '王五' })
  await guest.come(activity.code)
  const visit = await visited('/console/', { as: guest })
  const { page } = visit
  await page.getByRole('button', { name: '我的账号' }).click()
  await visit.sees('导出我的资料')
  await visit.accessible()
  await visit.shot('user-menu')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出我的资料' }).click(),
  ])
  const known = JSON.parse(fs.readFileSync(await file.path(), 'utf8'))
  assert.deepEqual([known.user.name, known.checkins.length], ['王五', 1])

  await page.getByRole('button', { name: '删除我的资料' }).click()
  await page.getByRole('dialog', { name: '删除我的资料？' }).getByRole('button', { name: '删除' }).click()
  await page.waitForURL(/sign-in/)
  await assert.rejects(guest.get('/v1/me'), /401/)
})

test('the organisation gets another name', async () => {
  const visit = await visited('/console/organisation')
  const { page } = visit
  await page.getByRole('button', { name: '管理组织' }).click()
  await page.getByRole('menuitem', { name: '修改组织名称' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('月光读书会')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await visit.page.getByRole('heading', { name: '月光读书会' }).waitFor()
})

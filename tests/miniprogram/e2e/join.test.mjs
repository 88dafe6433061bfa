/** Colleagues join from the phone, and whoever runs an organisation looks after its people there. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

const DAY_MS = 86400000

/** An organisation with a running activity, and somebody who invites to it. */
const founded = async () => {
  const activity = await openActivity({ title: '秋季运动会' })
  const at = `/v1/organisations/${activity.organisation_id}`
  return {
    activity, owner: activity.owner, at,
    invite: (changes = {}) => activity.owner.post(`${at}/invites`, {
      role: 'staff', uses: 1, expires_at: new Date(Date.now() + DAY_MS).toISOString(), ...changes,
    }),
    roles: async () => (await activity.owner.get(`${at}/members`)).members.map(({ role }) => role).sort(),
  }
}

const shownUrl = (phone) => phone.page.waitForFunction(() => window.getCurrentPages().at(-1).data.invite?.url).then((url) => url.jsonValue())

test('a colleague joins by scanning in two taps, and opens the QR of what runs', async (context) => {
  const { activity, owner, roles } = await founded()
  const organiser = await newPhone({ login: `sim:${owner.name}` })
  await organiser.open(`organise/pages/organisation/organisation?organisation_id=${activity.organisation_id}`)
  await organiser.tap('邀请', { exact: true })
  await organiser.tap('新建邀请')
  await organiser.tap('工作人员', { exact: true })
  await organiser.sees('展示二维码、为他人签到、核验')
  await organiser.tap('生成邀请二维码')
  const url = await shownUrl(organiser)
  context.diagnostic(`taps to an invite ${organiser.taps}`)

  const colleague = await newPhone({ scan: url })
  await colleague.open('pages/home/home')
  await colleague.tap('我要签到')
  await colleague.sees('邀请你')
  await colleague.sees('以工作人员身份加入')
  assert.deepEqual(await roles(), ['owner'], 'nothing is bound before the tap')
  await colleague.tap('加入', { exact: true })
  await colleague.sees('已加入')
  assert.equal(colleague.taps, 2)
  assert.deepEqual(await roles(), ['owner', 'staff'])
  await colleague.tap('查看我组织的活动')
  await colleague.tap(activity.title)
  await colleague.tap('展示二维码')
  await colleague.sees(/秒后更新/)
  context.diagnostic(`taps from the scan to the QR ${colleague.taps}`)

  await organiser.page.locator('.h-back').tap()
  await organiser.sees('已用完')
})

test('an invite is typed where a check-in code is, and a link opens it too', async () => {
  const { activity, invite, roles } = await founded()
  const typed = await invite({ role: 'member', uses: 2 })
  const phone = await newPhone()
  await phone.open('pages/checkin/checkin')
  await phone.tap('其他方式')
  await phone.page.getByPlaceholder('6 位签到码').fill(typed.code.toLowerCase())
  await phone.tap('加入', { exact: true })
  await phone.sees('以成员身份加入')
  await phone.tap('加入', { exact: true })
  await phone.sees('你是成员')

  const linked = await newPhone()
  await linked.open(`pages/join/join?q=${encodeURIComponent(typed.url)}`)
  await linked.tap('加入', { exact: true })
  await linked.sees('已加入')
  assert.deepEqual(await roles(), ['member', 'member', 'owner'])
  assert.equal(activity.title, '秋季运动会')
})

test('each invite that is none any more says so in its own words, and who is in already need not join', async () => {
  const { owner, at, invite, roles } = await founded()
  const used = await invite()
  await (await signIn(newName('first'))).post('/v1/invites/accept', { code: used.code })
  const revoked = await invite()
  await owner.post(`${at}/invites/${revoked.id}/revoke`)
  const phone = await newPhone()
  await phone.open('pages/home/home')
  for (const [code, words] of [[used.code, '邀请名额已用完'], [revoked.code, '邀请无效或已被撤销'], ['CFGHJKMNPRTVWX', '邀请无效或已被撤销']]) {
    await phone.page.evaluate((to) => window.wx.navigateTo({ url: to }), `/pages/join/join?code=${code}`)
    await phone.sees(words)
    await phone.sees('回到首页')
  }
  const member = await newPhone({ login: `sim:${owner.name}` })
  await member.open(`pages/join/join?code=${(await invite()).code}`)
  await member.sees('你是所有者')
  assert.equal(await member.text('加入', { exact: true }).count(), 0)
  assert.deepEqual(await roles(), ['owner', 'staff'])
})

test('two take the last use at the same instant: one is in, the other reads that it is used up', async () => {
  const { invite, roles } = await founded()
  const { code } = await invite()
  const phones = await Promise.all([newPhone(), newPhone()])
  for (const phone of phones) await phone.open(`pages/join/join?code=${code}`)
  for (const phone of phones) await phone.sees('以工作人员身份加入')
  await Promise.all(phones.map((phone) => phone.tap('加入', { exact: true })))
  const words = await Promise.all(phones.map(async (phone) => {
    await phone.sees(/已加入|邀请名额已用完/)
    return phone.text(/已加入|邀请名额已用完/).innerText()
  }))
  assert.deepEqual(words.map((each) => each.slice(0, 3)).sort(), ['已加入', '邀请名'].sort())
  assert.deepEqual(await roles(), ['owner', 'staff'])
})

test('without a network the invite waits, and joins when it is tried again', async () => {
  const { invite, roles } = await founded()
  const { code } = await invite()
  const phone = await newPhone()
  await phone.open(`pages/join/join?code=${code}`)
  await phone.sees('以工作人员身份加入')
  await phone.set({ offline: true })
  await phone.tap('加入', { exact: true })
  await phone.sees('网络不可用')
  await phone.sees('邀请还没有使用')
  await phone.set({ offline: false })
  await phone.tap('重试', { exact: true })
  await phone.tap('加入', { exact: true })
  await phone.sees('已加入')
  assert.deepEqual(await roles(), ['owner', 'staff'])
})

test('the owner gives a role, hands over and leaves; before that the last owner reads why not', async () => {
  const { activity, owner, at, invite, roles } = await founded()
  const second = await signIn(newName('second'))
  await second.call('PUT', '/v1/me', { name: '李雷' })
  await second.post('/v1/invites/accept', { code: (await invite()).code })
  const phone = await newPhone({ login: `sim:${owner.name}` })
  await phone.open(`organise/pages/organisation/organisation?organisation_id=${activity.organisation_id}`)
  await phone.tap('退出组织')
  await phone.answer('退出')
  await phone.sees('组织至少要有一位所有者')
  await phone.sees('请先把组织移交给别人')

  await phone.tap('成员', { exact: true })
  await phone.tap('李雷')
  await phone.answer('改为组织者')
  await phone.sees('组织者')
  assert.deepEqual(await roles(), ['organiser', 'owner'])
  await phone.tap('李雷')
  await phone.answer('移交组织')
  await phone.answer('移交')
  await until(async () => (await second.get('/v1/organisations')).organisations[0].role, (role) => role === 'owner')
  await phone.page.locator('.h-back').tap()
  await phone.tap('退出组织')
  await phone.answer('退出')
  await until(async () => (await second.get(`${at}/members`)).members.length, (count) => count === 1)
})

test('an invite is revoked from the phone, and an organisation gets another name', async () => {
  const { activity, owner, invite } = await founded()
  const { id, code } = await invite()
  const phone = await newPhone({ login: `sim:${owner.name}` })
  await phone.open(`organise/pages/invite/invite?organisation_id=${activity.organisation_id}&invite_id=${id}`)
  await phone.sees(code)
  await phone.tap('撤销邀请')
  await phone.answer('撤销')
  await phone.sees('已撤销')
  await phone.open(`organise/pages/organisation/organisation?organisation_id=${activity.organisation_id}`)
  await phone.tap('组织名称')
  await phone.page.locator('.h-modal input').fill('星光读书会')
  await phone.answer('保存')
  await phone.sees('星光读书会')
})

test('somebody from outside works at one activity: asked by its QR, shown its QR, and taken out again', async (context) => {
  const { activity, owner, roles } = await founded()
  const organiser = await newPhone({ login: `sim:${owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.tap('工作人员', { exact: true })
  await organiser.tap('邀请工作人员')
  await organiser.tap('生成邀请二维码')
  const helper = await newPhone({ scan: await shownUrl(organiser) })
  await helper.open('pages/home/home')
  await helper.tap('我要签到')
  await helper.sees('成为“秋季运动会”的工作人员')
  await helper.tap('加入', { exact: true })
  assert.equal(helper.taps, 2)
  await helper.tap('打开这个活动')
  await helper.tap('展示二维码')
  await helper.sees(/秒后更新/)
  context.diagnostic(`taps from the scan to the QR ${helper.taps}`)
  assert.deepEqual(await roles(), ['owner'], 'no member of the organisation')
  await helper.page.locator('.h-back').tap()
  await helper.sees('签到记录')
  assert.equal(await helper.text('管理', { exact: true }).count(), 0)

  const guest = await signIn(newName('guest'))
  await guest.call('PUT', '/v1/me', { name: '上官云' })
  await guest.come(activity.code)
  await until(() => activity.people(), (people) => people.length === 1)
  await helper.tap('为他人签到')
  await helper.tap('上官云')
  await helper.tap('为 1 人签到')
  await until(() => activity.stats(), ({ checked_in }) => checked_in === 1)

  await organiser.page.locator('.h-back').tap()
  await organiser.tap('移除', { exact: true })
  await organiser.answer('移除')
  await organiser.sees('还没有工作人员')
})

test('members are found by name, and put into groups', async () => {
  const { activity, owner, invite } = await founded()
  const { code } = await invite({ uses: 2 })
  for (const name of ['上官云', '司徒静']) {
    const person = await signIn(newName('member'))
    await person.call('PUT', '/v1/me', { name })
    await person.post('/v1/invites/accept', { code })
  }
  const phone = await newPhone({ login: `sim:${owner.name}` })
  await phone.open(`organise/pages/members/members?organisation_id=${activity.organisation_id}&role=owner&manage=1`)
  await phone.sees('司徒静')
  const search = phone.page.getByPlaceholder('搜索姓名')
  await search.fill('上')
  await phone.sees('请输入至少两个字')
  await search.fill('上官')
  await until(() => phone.page.evaluate(() => window.getCurrentPages().at(-1).data.lines.map(({ name }) => name)), (names) => names.join() === '上官云')
  await phone.tap('上官云')
  await phone.answer('设置分组')
  await phone.page.locator('.h-modal input').fill('三班')
  await phone.answer('保存')
  await phone.sees('三班')
})

test('an organisation rests once nothing of it goes on, and is taken up again', async () => {
  const { activity, owner } = await founded()
  const phone = await newPhone({ login: `sim:${owner.name}` })
  await phone.open(`organise/pages/organisation/organisation?organisation_id=${activity.organisation_id}`)
  await phone.tap('归档组织')
  await phone.answer('归档')
  await phone.sees('还有活动未结束 1 个')
  await owner.post(`${activity.path}/close`)
  await phone.tap('归档组织')
  await phone.answer('归档')
  await phone.sees('已归档')
  await phone.open('organise/pages/activities/activities')
  await phone.tap('测试组织')
  await phone.tap('恢复组织')
  await phone.sees('归档组织')
})

/** What people say of themselves: who they are on a list, whether they come, what they are asked, and that they go. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { LATER_POSITION, newName, openActivity, openListed, phoneOf, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

/** Where a code is enough. */
const ANYWHERE = { place: null, policy: {}, methods: ['qr', 'code'] }
const LATER = { from: 60, opens_before_s: 600 }

/** Comes by the code of an activity, typed in. */
const comeTo = async (phone, { code }) => {
  await phone.open('pages/checkin/checkin?method=code')
  await phone.page.getByPlaceholder('6 位签到码').fill(code)
  await phone.tap('签到', { exact: true })
}

test('before it begins one tap says whether one comes, and it can be changed', async (context) => {
  const activity = await openActivity(LATER)
  const phone = await newPhone()
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.tap('请假', { exact: true })
  await phone.sees('你已请假')
  assert.ok(phone.taps <= 3)
  context.diagnostic(`taps to ask for leave ${phone.taps}`)
  await phone.tap('参加', { exact: true })
  await phone.sees('你已回复：参加')
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.sees('你已回复：参加')
  assert.equal((await phone.calls('requestSubscribeMessage')).length, 0, 'asked at the first answer alone')
})

test('who said before who they are comes in at once, and is shown what is theirs', async (context) => {
  const name = newName('listed')
  const activity = await openListed([{ name: '王小明', phone: phoneOf(name) }], LATER)
  const phone = await newPhone({ login: `sim:${name}` })
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.tap('用手机号确认身份', { exact: true })
  await phone.answer('允许')
  await phone.sees('名单上的你：王小明')
  assert.ok(phone.taps <= 3)
  context.diagnostic(`taps to say who one is ${phone.taps}`)
  const now = await activity.owner.open({ ...ANYWHERE, organisation_id: activity.organisation_id, roster: 'listed', roster_id: activity.roster.id })
  await comeTo(phone, now)
  await phone.sees('签到成功')
  await phone.sees('名单上的你：王小明')
})

test('who gives no phone number is told what else there is', async () => {
  const activity = await openListed([{ name: '王小明', phone: '13900000000' }], LATER)
  const phone = await newPhone()
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.tap('用手机号确认身份', { exact: true })
  await phone.answer('不允许')
  await phone.sees('没有取得手机号')
  await phone.tap('用手机号确认身份', { exact: true })
  await phone.answer('允许')
  await phone.sees('名单中没有这个手机号')
})

test('an invite says who one is, once', async () => {
  const activity = await openListed([{ name: '王小明' }])
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/roster/roster?roster_id=${activity.roster.id}&manage=1`)
  await organiser.tap('王小明')
  await organiser.tap('邀请本人确认')
  await organiser.tap('发给微信好友')
  const [{ options: { path } }] = await organiser.calls('share')
  const phone = await newPhone()
  await phone.open(path.slice(1))
  await phone.sees('你是 王*明 吗？')
  await phone.tap('是我', { exact: true })
  await phone.sees('已确认身份')
  assert.equal(phone.taps, 1)
  await comeTo(phone, activity)
  await phone.sees('签到成功')
  const other = await newPhone()
  await other.open(path.slice(1))
  await other.sees('邀请无效或已被撤销')
})

test('staff say at the door who somebody is, and let them in', async () => {
  const activity = await openListed([{ name: '王小明', number: '2026001' }])
  const phone = await newPhone()
  await comeTo(phone, activity)
  await phone.sees('待人工核验')
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await until(() => activity.stats(), ({ pending_review }) => pending_review === 1)
  await organiser.tap('核验', { exact: true })
  await organiser.tap('确认身份')
  await organiser.page.getByPlaceholder('姓名、完整学号或手机尾号').fill('2026001')
  await organiser.tap('王小明')
  await organiser.answer('确认')
  await organiser.tap('通过', { exact: true })
  await phone.sees('签到成功')
  await until(async () => (await activity.owner.get(`/v1/rosters/${activity.roster.id}`)).bound, (bound) => bound === 1)
})

test('a QR that ran out meanwhile is scanned again by who knows now who they are', async () => {
  const name = newName('listed')
  const activity = await openListed([{ name: '王小明', phone: phoneOf(name) }])
  const phone = await newPhone({ login: `sim:${name}`, scan: (await activity.qr()).url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('还不知道你是名单中的谁')
  await activity.revoke()
  await phone.set({ scan: (await activity.qr()).url, ...LATER_POSITION })
  await phone.tap('用手机号确认身份', { exact: true })
  await phone.answer('允许')
  await phone.tap('重新扫码')
  await phone.sees('签到成功')
})

test('what an activity asks is told after it, with what for and how long, and remembered the next time', async () => {
  const ask = [{ detail: 'name' }, { detail: 'phone' }, { detail: 'text', label: '衣服尺码' }]
  const activity = await openActivity({ ...ANYWHERE, ask })
  const name = newName('asked')
  const phone = await newPhone({ login: `sim:${name}` })
  await comeTo(phone, activity)
  await phone.sees('签到成功')
  await phone.sees('活动结束 180 天后删除')
  const typed = (label) => phone.page.locator('.h-page:not([hidden])').getByLabel(label)
  await typed('姓名').fill('李雷')
  await typed('衣服尺码').fill('XL')
  await phone.tap('用微信提供手机号')
  await phone.answer('允许')
  await phone.sees('已取得手机号')
  await phone.tap('保存', { exact: true })
  await phone.sees('修改')
  await phone.sees('XL')
  const missing = async () => (await activity.owner.get(`${activity.path}/people?details=missing`)).people.length
  await until(missing, (count) => count === 0)

  const next = await activity.owner.open({ ...ANYWHERE, organisation_id: activity.organisation_id, ask: [{ detail: 'name' }, { detail: 'employer' }] })
  await comeTo(phone, next)
  await phone.sees('签到成功')
  await phone.sees('单位')
  assert.equal(await typed('姓名').inputValue(), '李雷')
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${next.id}`)
  await organiser.tap('签到记录')
  await organiser.tap('未填资料')
  await organiser.sees('已签到')
})

test('who erases themselves is nobody any more, and is counted all the same', async () => {
  const activity = await openActivity(ANYWHERE)
  const name = newName('gone')
  const phone = await newPhone({ login: `sim:${name}` })
  await comeTo(phone, activity)
  await phone.sees('签到成功')
  const { user } = await signIn(name)
  await phone.open('pages/mine/mine')
  await phone.tap('删除我的资料')
  await phone.answer('删除')
  await phone.sees('我要签到')
  assert.notEqual((await signIn(name)).user.id, user.id)
  await until(() => activity.stats(), ({ checked_in }) => checked_in === 1)
})

test('an organisation says how long it keeps names and what for, and is warned before what is over goes', async () => {
  const activity = await openActivity()
  const at = `/v1/organisations/${activity.organisation_id}/privacy`
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/organisation/organisation?organisation_id=${activity.organisation_id}`)
  await phone.tap('资料与隐私')
  await phone.sees('180 天后自动删除')
  await phone.page.getByLabel('保留天数').fill('0')
  await phone.tap('保存', { exact: true })
  await phone.sees('请填写 1 到 1095')
  await phone.tap('30 天', { exact: true })
  await phone.page.getByLabel('用途', { exact: true }).fill('统计出勤')
  await phone.tap('保存', { exact: true })
  await phone.answer('取消')
  assert.equal((await activity.owner.get(at)).keeps_days, 180)
  await phone.tap('保存', { exact: true })
  await phone.answer('保存')
  await until(() => activity.owner.get(at), ({ keeps_days, purpose }) => keeps_days === 30 && purpose === '统计出勤')
  await phone.tap('1 年', { exact: true })
  await phone.tap('保存', { exact: true })
  await until(() => activity.owner.get(at), ({ keeps_days }) => keeps_days === 365)
})

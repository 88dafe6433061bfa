/** A page that was opened a while ago says what is true now. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

test('an activity that was cancelled meanwhile says so when one comes back to it', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.sees('正在签到')
  await phone.tap('签到', { exact: true })
  await until(() => phone.route(), (route) => route === 'pages/checkin/checkin')
  await activity.cancel()
  await phone.page.locator('.h-back').tap()
  await phone.sees('活动已取消')
  assert.equal(await phone.page.locator('.h-page:not([hidden]) .button').count(), 0)
})

test('one that was cancelled is not next on the first page any more', async () => {
  const activity = await openActivity({ from: 60, to: 120 })
  const phone = await newPhone()
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.sees('开始签到')
  await phone.open('pages/home/home')
  await phone.sees(activity.title)
  await activity.cancel()
  await phone.set({ now_offset_ms: 61000 })
  await phone.act('background')
  await phone.act('foreground')
  await phone.text(activity.title).waitFor({ state: 'detached' })
})

test('an activity opens while somebody looks at it', async () => {
  const activity = await openActivity({ from: 0.25, to: 120, opens_before_s: 0 })
  const phone = await newPhone()
  await phone.open(`pages/activity/activity?activity_id=${activity.id}`)
  await phone.sees('开始签到')
  await phone.sees('正在签到')
})

test('what could not be read of the activity is read again with the rest', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
  await phone.set({ offline: true })
  await phone.page.evaluate((id) => window.wx.navigateTo({ url: `/pages/checkin/checkin?activity_id=${id}` }), activity.id)
  await phone.sees('网络不可用，请检查网络后重试')
  assert.equal(await phone.text('请求编号').count(), 0)
  await phone.set({ offline: false })
  await phone.tap('重试', { exact: true })
  await phone.sees(activity.title)
})

test('a code is found in whatever was pasted, in whatever width', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open('pages/checkin/checkin')
  await phone.tap('其他方式')
  const field = phone.page.getByPlaceholder('6 位签到码')
  const wide = [...activity.code].map((letter) => String.fromCodePoint(letter.codePointAt(0) + 0xfee0)).join('')
  for (const text of [wide, `【迎新】今天 9:00 开始，签到码：${activity.code}，请准时到东陆校区图书馆`]) {
    await field.fill(text)
    await phone.page.waitForFunction((code) => window.getCurrentPages().at(-1).data.code === code, activity.code)
  }
  await phone.page.locator('.code-button').tap()
  await phone.sees('签到成功')
})

test('a name that begins with an emoji shows it whole', async () => {
  const name = newName('emoji')
  const person = await signIn(name)
  await person.call('PUT', '/v1/me', { name: '👩🏽‍🎓小明' })
  const phone = await newPhone({ login: `sim:${name}` })
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getCurrentPages().at(-1).data.initial === '👩🏽‍🎓')
})

test('the QR of an activity that somebody else ended is gone with its next renewal', async () => {
  const activity = await openActivity({ qr_period_s: 20 })
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/qr/qr?activity_id=${activity.id}`)
  await organiser.sees(/秒后更新/)
  await organiser.sees(activity.title)
  await activity.cancel()
  await organiser.sees('活动已取消')
  await until(() => organiser.page.locator('canvas.hidden').count(), (count) => count === 1)
  assert.equal(await organiser.text(activity.code).count(), 0)
})

test('people are invited to the activity, never to its QR', async () => {
  const activity = await openActivity()
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.tap('邀请大家')
  const [{ options: shared }] = await until(() => organiser.calls('share'), (calls) => calls.length === 1)
  assert.equal(shared.path, `/pages/activity/activity?activity_id=${activity.id}`)
  assert.match(shared.title, new RegExp(activity.title))
  const guest = await newPhone()
  await guest.open(shared.path.slice(1))
  await guest.sees('正在签到')
  await organiser.tap('展示二维码')
  await organiser.sees(/秒后更新/)
  assert.equal(await organiser.page.evaluate(() => typeof window.getCurrentPages().at(-1).onShareAppMessage), 'undefined')
})

test('trouble of the server does not look like trouble of the Wi-Fi', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
  await phone.page.route(/resolve/, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status": 500, "reason": "INTERNAL"}' }))
  await phone.page.evaluate((id) => window.wx.navigateTo({ url: `/pages/activity/activity?activity_id=${id}` }), activity.id)
  await phone.sees('服务暂时不可用')
  await phone.sees('请求编号')
  assert.equal(await phone.page.locator('.icon-server').count(), 1)
  assert.equal(await phone.page.locator('.icon-offline').count(), 0)
})

test('a newer version is one tap away on the first page', async () => {
  const phone = await newPhone({ is_update_ready: true })
  await phone.open('pages/home/home')
  await phone.tap('新版本已就绪')
  await until(() => phone.calls('applyUpdate'), (calls) => calls.length === 1)
})

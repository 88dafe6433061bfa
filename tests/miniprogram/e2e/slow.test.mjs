/** On a bad network nobody is held: what is slow is told, may be left, and comes to its end by itself. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, OUTSIDE, signIn, until } from './stack.mjs'

const SLOW_MS = 3000
/** A QR of ten seconds is taken five more, and the second in which those end. */
const GRACE_MS = 6000

const { phone: newPhone } = scene()

const openSignedIn = async (phone) => {
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
}

/** Holds every check-in until it is let go; what it gives lets go. */
const hold = async (phone) => {
  let letGo
  const held = new Promise((resolve) => { letGo = resolve })
  await phone.page.route('**/v1/checkins', async (route) => {
    await held
    await route.continue()
  })
  return letGo
}

const sent = async (phone, end) => (await phone.calls('request')).filter(({ options }) => options.method === 'POST' && options.url.endsWith(end))

test('after 3 s it says that it is slow, and whoever does not wait has it saved, and answered later', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  const letGo = await hold(phone)
  await phone.tap('我要签到')
  await phone.sees('正在提交')
  const began = Date.now()
  await phone.sees('网络较慢，还在提交')
  assert.ok(Date.now() - began < SLOW_MS + 2000)
  await phone.tap('先保存，稍后自动上传')
  await phone.sees('已保存在手机上')
  letGo()
  await phone.sees(/签到成功|你已签到/)
  assert.equal((await until(() => activity.people(), (people) => people.length > 0)).length, 1)
})

test('who goes back while it is being sent stays where they went, and is told', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  const letGo = await hold(phone)
  await phone.tap('我要签到')
  await until(() => sent(phone, '/v1/checkins'), (found) => found.length === 1)
  await phone.page.locator('.h-back').tap()
  await phone.tap('我的记录')
  letGo()
  await phone.page.locator('.h-toast').getByText('签到成功').waitFor()
  assert.equal(await phone.route(), 'pages/records/records')
  await phone.sees(activity.title)
})

test('at the door the next one may be chosen while the last one is being sent', async () => {
  const activity = await openActivity()
  for (const name of ['欧阳小明', '司徒静']) {
    const member = await signIn(newName('member'))
    await member.call('PUT', '/v1/me', { name })
    await activity.owner.enlist(activity.organisation_id, member, 'member')
  }
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/staff/staff?activity_id=${activity.id}`)
  let letGo
  const held = new Promise((resolve) => { letGo = resolve })
  await phone.page.route('**/checkins/batch', async (route) => {
    await held
    await route.continue()
  })
  await phone.tap('欧阳小明')
  await phone.tap('为 1 人签到')
  await until(() => sent(phone, '/checkins/batch'), (found) => found.length === 1)
  await phone.tap('司徒静')
  letGo()
  await phone.sees('已为其签到')
  await phone.tap('为 1 人签到')
  await until(() => activity.people(), (people) => people.length === 2)
})

test('a server that is gone for a while gets what was saved, without anybody opening the program again', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.page.evaluate(() => window.getApp().services.sync.flush())
  const gone = (route) => route.fulfill({ status: 502, contentType: 'text/plain', body: 'bad gateway' })
  await phone.page.route(/\/v1\/checkins/, gone)
  await phone.tap('我要签到')
  await phone.sees('已保存在手机上')
  await phone.page.unroute(/\/v1\/checkins/, gone)
  await phone.sees(/签到成功|你已签到/, { timeout: 60000 })
  await until(() => activity.people(), (people) => people.length === 1)
})

test('killed while it is being sent: after the start it is there once, and nothing waits', async () => {
  const activity = await openActivity()
  const name = newName('killed')
  const phone = await newPhone({ login: `sim:${name}`, scan: (await activity.qr()).url })
  await openSignedIn(phone)
  // The server takes it; the phone is gone before it hears.
  await phone.page.route('**/v1/checkins', async (route) => { await route.fetch() })
  await phone.tap('我要签到')
  await until(() => activity.people(), (people) => people.length === 1)
  await phone.page.unroute('**/v1/checkins')
  await phone.open('pages/home/home')
  await phone.tap('我的记录')
  await phone.sees('成功')
  assert.equal(await phone.text('待上传').count(), 0)
  assert.equal((await (await signIn(name)).get('/v1/me/checkins')).checkins.length, 1)
})

test('a try that came too late for its QR says so, and the one that waits for a human goes on waiting', async () => {
  const activity = await openActivity({ qr_period_s: 10 })
  const { url, expires_at } = await activity.qr({ for_ms: 5000 })
  const phone = await newPhone({ scan: url, location: 'none' })
  await openSignedIn(phone)
  await phone.tap('我要签到')
  await phone.sees('待人工核验')
  await phone.page.waitForTimeout(Math.max(0, Date.parse(expires_at) + GRACE_MS - Date.now()))
  await phone.tap('用精确定位再试')
  await phone.answer('再试一次')
  await phone.page.locator('.h-toast').getByText('二维码已过期；原来的签到仍待人工核验').waitFor()
  await phone.sees('待人工核验')
  await activity.decide('approve')
  await phone.sees('签到成功')
})

test('decided while the phone had no network: read once it has', async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const phone = await newPhone({ scan: (await activity.qr()).url, location: OUTSIDE })
  await openSignedIn(phone)
  await phone.tap('我要签到')
  await phone.sees('待人工核验')
  await phone.set({ offline: true })
  await activity.decide('refuse', { reason: '请到前台登记' })
  await phone.page.waitForTimeout(SLOW_MS)
  await phone.set({ offline: false })
  await phone.sees('请到前台登记')
})

/** From the tap to the organiser's numbers: every way in, and how few taps it takes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, UNCERTAIN, until, WIFI } from './stack.mjs'

const STEPS_AT_MOST = 3
const SUCCESS = '签到成功'

const { phone: newPhone } = scene()

const counted = (activity, checked_in) => until(() => activity.stats(), (stats) => stats.checked_in === checked_in)

test('scanning from home is one tap, and the organiser sees one more', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  await phone.sees(activity.title)
  assert.equal(await phone.route(), 'pages/result/result')
  assert.ok(phone.taps <= STEPS_AT_MOST, `${phone.taps} taps`)
  await counted(activity, 1)
  assert.equal((await phone.calls('vibrateShort')).length, 1)
})

test('the very first use takes three taps at most beside its consents', async (context) => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, privacy: 'needed', authorize: 'ask' })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  const steps = phone.taps
  await phone.tap('同意并继续')
  await phone.answer('允许')
  await phone.sees(SUCCESS)
  const consents = phone.taps - steps
  context.diagnostic(`taps ${steps}, consents ${consents}`)
  assert.ok(steps <= STEPS_AT_MOST, `${steps} taps`)
  assert.equal(consents, 2)
  await counted(activity, 1)
})

test('a link from the scanner of WeChat checks in without a tap', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scene: 1011 })
  await phone.open(`pages/checkin/checkin?q=${encodeURIComponent((await activity.qr()).url)}`)
  await phone.sees(SUCCESS)
  assert.equal(phone.taps, 0)
  await counted(activity, 1)
})

test('a typed code checks in', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open('pages/checkin/checkin')
  await phone.tap('其他方式')
  await phone.page.getByPlaceholder('6 位签到码').fill(activity.code.toLowerCase())
  await phone.tap('签到', { exact: true })
  await phone.sees(SUCCESS)
  await counted(activity, 1)
})

test('where the place is enough one tap checks in', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open(`pages/checkin/checkin?activity_id=${activity.id}`)
  await phone.tap('无需扫码，直接签到')
  await phone.sees(SUCCESS)
  await counted(activity, 1)
})

test('a second scan is told that the person is in, and counts once', async () => {
  const activity = await openActivity()
  const { url } = await activity.qr()
  const phone = await newPhone({ scan: url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  await phone.tap('完成')
  await phone.tap('我要签到')
  await phone.sees('你已签到')
  await counted(activity, 1)
})

test('a doubtful position is settled by the Wi-Fi without a tap', async () => {
  const activity = await openActivity({ wifi: [WIFI], policy: { fence: 'review' } })
  const phone = await newPhone({ scan: (await activity.qr()).url, location: UNCERTAIN, wifi: { SSID: WIFI.ssid, BSSID: WIFI.bssid.toUpperCase() } })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  assert.equal((await phone.calls('getConnectedWifi')).length, 1)
  assert.equal(phone.taps, 1)
  await counted(activity, 1)
})

test('the name is asked for after the success, once, and organisers read it', async () => {
  const [first, second] = [await openActivity(), await openActivity()]
  const phone = await newPhone({ scan: (await first.qr()).url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  await phone.tap('填写姓名')
  await phone.page.locator('.h-modal input').fill('欧阳小明')
  await phone.answer('保存')
  await phone.text('填写姓名').waitFor({ state: 'detached' })
  await until(() => first.people(), ([person]) => person && person.name === '欧阳小明')
  await phone.tap('完成')
  await phone.set({ scan: (await second.qr()).url })
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  assert.equal(await phone.text('填写姓名').count(), 0)
})

test('a cancelled scan leaves the other ways open', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: null })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('没有二维码？输入签到码')
  await phone.page.getByPlaceholder('6 位签到码').fill(activity.code)
  await phone.tap('签到', { exact: true })
  await phone.sees(SUCCESS)
})

test('one way is obvious, the others are behind one tap', async () => {
  const activity = await openActivity()
  const phone = await newPhone()
  await phone.open(`pages/checkin/checkin?activity_id=${activity.id}`)
  await phone.sees('无需扫码，直接签到')
  assert.equal(await phone.text('扫一扫').count(), 0)
  await phone.tap('其他方式')
  await phone.sees('扫一扫')
  await phone.sees('没有二维码？输入签到码')
})

test('a check-out is offered where it is due, until it was made', async () => {
  const activity = await openActivity()
  const login = `sim:${newName('leaver')}`
  const phone = await newPhone({ login, scan: (await activity.qr()).url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  await phone.tap('查看记录')
  await phone.sees('签退')
  for (const one of [phone, await newPhone({ login })]) {
    await one.open(`pages/activity/activity?activity_id=${activity.id}`)
    await one.sees('签退')
  }
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('你已签到')
  await phone.tap('签退', { exact: true })
  await phone.tap('无需扫码，直接签退')
  await phone.sees('签退成功')
  await phone.tap('查看记录')
  await phone.sees('签退成功')
  assert.equal(await phone.text('签退', { exact: true }).count(), 0)
})

test('what came of it is found among the records, with its way there', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees(SUCCESS)
  await phone.tap('完成')
  await phone.tap('我的记录')
  await phone.tap(activity.title)
  await phone.sees('经过')
  assert.equal(await phone.route(), 'pages/record/record')
})

/** Without a network nothing is lost, nothing is doubled, and nobody is sent in another's name. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { INSIDE, newName, openActivity, OUTSIDE, signIn, until } from './stack.mjs'

const SAVED = '已保存在手机上'
const WAITING = /条签到待上传/

const { phone: newPhone } = scene()

/** Scans from home while the network is gone, and comes back home. */
const scanOffline = async (phone, url) => {
  await phone.set({ scan: url })
  await phone.tap('我要签到')
  await phone.sees(SAVED)
  await phone.tap('完成')
  await phone.sees('我要签到')
}

const openSignedIn = async (phone) => {
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
}

/** The attempts of every sync that leaves the phone from now on. */
const listen = (phone) => {
  const heard = []
  phone.page.on('request', (asked) => {
    if (asked.url().endsWith('/v1/checkins/sync')) heard.push(...JSON.parse(asked.postData()).attempts)
  })
  return heard
}

const ownRecords = async (name) => (await (await signIn(name)).get('/v1/me/checkins')).checkins

test('airplane mode, three attempts, network back: sent once, in order', async () => {
  const activities = [await openActivity(), await openActivity(), await openActivity()]
  const name = newName('flyer')
  const phone = await newPhone({ login: `sim:${name}` })
  await openSignedIn(phone)
  const urls = await Promise.all(activities.map(async (each) => (await each.qr()).url))
  const sent = listen(phone)
  await phone.set({ offline: true })
  for (const url of urls) await scanOffline(phone, url)
  await phone.sees('3 条签到待上传')
  await phone.set({ offline: false })
  await phone.text(WAITING).waitFor({ state: 'detached' })
  const records = await until(() => ownRecords(name), (found) => found.length === 3)
  const order = [...records].sort((left, right) => left.attempt_id.localeCompare(right.attempt_id))
  assert.deepEqual(order.map((each) => each.activity_id), activities.map((each) => each.id))
  for (const activity of activities) await until(() => activity.stats(), (stats) => stats.checked_in + stats.pending_review === 1)
  assert.deepEqual(sent.map((each) => each.attempt_id), order.map((each) => each.attempt_id))
})

test('what waits survives the end of the program', async () => {
  const activity = await openActivity()
  const name = newName('killed')
  const phone = await newPhone({ login: `sim:${name}` })
  await openSignedIn(phone)
  const { url } = await activity.qr()
  await phone.set({ offline: true })
  await scanOffline(phone, url)
  await phone.open('pages/home/home')
  await until(() => ownRecords(name), (found) => found.length === 1)
  await phone.text(WAITING).waitFor({ state: 'detached' })
})

test('another person on this phone never sends what the first one left', async () => {
  const activity = await openActivity()
  const [first, second] = [newName('first'), newName('second')]
  const phone = await newPhone({ login: `sim:${first}` })
  await openSignedIn(phone)
  const { url } = await activity.qr()
  await phone.set({ offline: true })
  await scanOffline(phone, url)
  await phone.page.evaluate(() => window.getApp().services.session.signOut())
  await phone.setUp({ login: `sim:${second}` })
  await openSignedIn(phone)
  await phone.page.evaluate(() => window.getApp().services.sync.flush())
  assert.deepEqual(await ownRecords(second), [])
  assert.deepEqual(await ownRecords(first), [])
  await phone.page.evaluate(() => window.getApp().services.session.signOut())
  await phone.setUp({ login: `sim:${first}` })
  await openSignedIn(phone)
  await phone.page.evaluate(() => window.getApp().services.sync.flush())
  await until(() => ownRecords(first), (found) => found.length === 1)
  assert.deepEqual(await ownRecords(second), [])
})

test('what is refused after the network is back is shown until the person lets go', async () => {
  const activity = await openActivity()
  const name = newName('late')
  const phone = await newPhone({ login: `sim:${name}`, location: OUTSIDE })
  await openSignedIn(phone)
  const { url } = await activity.qr()
  await phone.set({ offline: true })
  await scanOffline(phone, url)
  await phone.set({ offline: false })
  await until(() => ownRecords(name), (found) => found.length === 1 && found[0].outcome !== 'accepted')
  await phone.tap('我的记录')
  await phone.sees(activity.title)
})

test('a call that the background interrupted is sent again', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, background_ms: 50 })
  await openSignedIn(phone)
  let held = 0
  await phone.page.route('**/v1/checkins', async (route) => {
    held += 1
    if (held > 1) await route.continue()
  })
  await phone.tap('我要签到')
  await until(() => held, (count) => count === 1)
  await phone.act('background')
  await until(() => phone.calls('request:fail'), (failed) => failed.some(({ options }) => options.errMsg.includes('interrupted')))
  await phone.act('foreground')
  await phone.sees(/签到成功|已保存在手机上/)
  await until(() => activity.stats(), (stats) => stats.checked_in === 1)
  await until(() => activity.people(), (people) => people.length === 1)
})

test('a server that is busy is asked again, and the person waits for nothing', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, location: INSIDE })
  await openSignedIn(phone)
  let refused = 0
  await phone.page.route('**/v1/checkins', async (route) => {
    refused += 1
    if (refused > 2) return route.continue()
    return route.fulfill({ status: 503, headers: { 'retry-after': '0' }, contentType: 'application/problem+json', body: JSON.stringify({ status: 503, reason: 'UNAVAILABLE', receipt: 'r1' }) })
  })
  await phone.tap('我要签到')
  await phone.sees(/签到成功|已保存在手机上/)
  await until(() => activity.stats(), (stats) => stats.checked_in === 1)
})

test('a record that the phone remembers can be read without a network', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.tap('我要签到')
  await phone.sees('签到成功')
  await phone.tap('完成')
  await phone.tap('我的记录')
  await phone.sees(activity.title)
  await phone.set({ offline: true })
  await phone.tap(activity.title)
  await phone.sees('扫码')
})

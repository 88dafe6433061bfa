/** A phone lets a computer in, and ends what it let in. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { Browser, newName, openActivity, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

const typed = (phone, digits) => phone.page.locator('.h-page:not([hidden]) input').fill(digits)

/** A phone that has scanned what a browser shows. */
const scanned = async (browser, fx = {}) => {
  const phone = await newPhone({ scan: browser.qr, ...fx })
  await phone.open('pages/mine/mine')
  await phone.tap('登录电脑')
  await phone.sees('登录这台电脑？')
  return phone
}

test('a computer is let in: which one asks is told, and its two digits are typed', async (context) => {
  const browser = await Browser.open()
  const name = newName('organiser')
  const phone = await scanned(browser, { login: `sim:${name}` })
  await phone.sees('Windows · Chrome')
  await phone.sees(/今天 \d\d:\d\d 打开了登录页面/)
  assert.equal((await browser.poll()).state, 'pending')
  await typed(phone, browser.digits)
  await phone.tap('登录', { exact: true })
  await phone.sees('已登录')
  context.diagnostic(`taps to a console ${phone.taps}`)

  const { state, session } = await browser.poll()
  assert.equal(state, 'approved')
  assert.equal(session.user.id, (await signIn(name)).user.id)
})

test('wrong digits are told, and the second ones end it', async () => {
  const browser = await Browser.open()
  const phone = await scanned(browser)
  await typed(phone, browser.others)
  await phone.tap('登录', { exact: true })
  await phone.sees('数字不对，还可以试 1 次')
  await typed(phone, browser.others)
  await phone.tap('登录', { exact: true })
  await phone.sees('数字错了两次')
  assert.equal((await browser.poll()).state, 'denied')

  await phone.set({ scan: (await Browser.open()).qr })
  await phone.tap('重新扫描', { exact: true })
  await phone.sees('登录这台电脑？')
})

test('who did not mean it refuses, and the computer is told', async () => {
  const browser = await Browser.open()
  const phone = await scanned(browser)
  await phone.tap('不是我，拒绝')
  await phone.sees('这台电脑没有登录')
  assert.equal((await browser.poll()).state, 'denied')
})

test('what is none is told at once, by what it is', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: null })
  await phone.open('pages/console/console')
  for (const [scan, told] of [[(await activity.qr()).url, '请用首页的“我要签到”扫描'], ['https://login.weixin.qq.com/l/x', '这不是登录电脑的二维码']]) {
    await phone.set({ scan })
    await phone.tap('扫描电脑上的二维码')
    await phone.page.locator('.h-toast').getByText(told).waitFor()
  }
  assert.deepEqual((await phone.calls('request')).filter(({ options }) => options.url.includes('/v1/auth/console')), [])
})

test('a phone without a network says so, and goes on with what was typed', async () => {
  const browser = await Browser.open()
  const phone = await scanned(browser)
  await typed(phone, browser.digits)
  await phone.set({ offline: true })
  await phone.tap('登录', { exact: true })
  await phone.page.locator('.h-toast').getByText('网络').waitFor()
  await phone.set({ offline: false })
  await phone.tap('登录', { exact: true })
  await phone.sees('已登录')
})

test('a place is chosen for the computer that one is signed in on, and sent once there is a network', async () => {
  const owner = await signIn(newName('organiser'))
  const { ticket, poll_secret, qr } = await owner.post('/v1/place-tickets')
  const polled = () => owner.post('/v1/place-tickets/poll', { ticket, poll_secret })
  const chosen = { name: '图书馆', address: '', latitude: 25.0401, longitude: 102.7109 }
  const phone = await newPhone({ login: `sim:${owner.name}`, scan: qr, chooseLocation: chosen })
  await phone.open('pages/mine/mine')
  await phone.tap('登录电脑')
  await phone.sees('为这台电脑上的活动选地点')
  await phone.set({ offline: true })
  await phone.tap('在地图上选')
  await phone.page.locator('.h-toast').getByText('网络').waitFor()
  assert.deepEqual(await polled(), { state: 'pending', place: null })
  await phone.set({ offline: false })
  await phone.tap('发送到电脑')
  await phone.sees('已发送到电脑')
  assert.deepEqual(await polled(), { state: 'approved', place: { name: '图书馆', latitude: 25.0401, longitude: 102.7109 } })

  const stranger = await newPhone({ scan: qr })
  await stranger.open('pages/mine/mine')
  await stranger.tap('登录电脑')
  await stranger.sees('这台电脑上登录的是别人')
})

test('devices are listed, and one that is ended is out', async () => {
  const browser = await Browser.open()
  const phone = await scanned(browser)
  await typed(phone, browser.digits)
  await phone.tap('登录', { exact: true })
  await phone.tap('查看登录的设备')
  await phone.sees('本机')
  const { session } = await browser.poll()
  await phone.act('pullDown')
  await phone.sees('电脑 · Windows · Chrome')
  await phone.tap('退出', { exact: true })
  await phone.answer('退出')
  await phone.text('电脑 · Windows · Chrome').waitFor({ state: 'detached' })
  const gateway = new URL(browser.qr).origin
  const status = async () => (await fetch(`${gateway}/v1/me`, { headers: { authorization: `Bearer ${session.access_token}` } })).status
  await until(status, (code) => code === 401)
})

/** The page of a display in a browser, on a projector and on a phone: every state of it, and everything that ends it. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import uuid from '../../../miniprogram/core/uuid7.js'
import { measure } from '../harness/accessible.mjs'
import { ROOT } from '../harness/build.mjs'
import { launch } from '../harness/browser.mjs'
import { gatewayUrl } from '../harness/server.mjs'
import { INSIDE, newName, openActivity, OUTSIDE, signIn, until } from './stack.mjs'

const { uuid7 } = uuid

const SIZES = [{ width: 1920, height: 1080 }, { width: 390, height: 844 }]
const SCHEMES = ['light', 'dark']
const SHOTS = path.join(ROOT, '.local', 'display-shots')
// What an edit, and an end, may take to be seen.
const EDITED_MS = 5000
const ENDED_MS = 10000
/** It looks every so often whether it is still a screen. */
const LOOK_MS = 15000
// Chromium logs every refusal; the page says what it makes of it.
const IS_ANSWER = /^Failed to load resource: /

const faults = []
const opened = []
let browser

before(async () => {
  fs.mkdirSync(SHOTS, { recursive: true })
  browser = await launch()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((context) => context.close()))
  assert.deepEqual(faults.splice(0), [])
})

after(() => browser?.close())

/** A browser of its own, whose pages must log nothing and ask nobody else. */
const newBrowser = async (viewport = SIZES[0]) => {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  opened.push(context)
  context.on('request', (asked) => { if (!asked.url().startsWith(gatewayUrl())) faults.push(`outside: ${asked.url()}`) })
  const page = await context.newPage()
  page.on('console', (message) => { if (message.type() === 'error' && !IS_ANSWER.test(message.text())) faults.push(message.text()) })
  page.on('pageerror', (error) => faults.push(String(error.stack)))
  return page
}

const newLink = async (activity) => {
  const { display, url } = await activity.owner.post(`${activity.path}/displays`, { kind: 'qr' })
  return { display, url: gatewayUrl() + new URL(url).pathname }
}

const sees = async (page, text, timeout = 30000) => {
  try {
    await page.getByText(text).first().waitFor({ state: 'visible', timeout })
  } catch (error) {
    throw new Error(`no ${text}:\n${await page.locator('body').innerText()}`, { cause: error })
  }
}

/** A browser that shows a new display of an activity; its clock goes as ours does, until it is set forward. */
const showing = async (activity, viewport) => {
  const { display, url } = await newLink(activity)
  const page = await newBrowser(viewport)
  await page.clock.install()
  await page.goto(url)
  await page.getByRole('button', { name: '在此屏幕打开' }).click()
  await page.locator('#qr').waitFor({ state: 'visible' })
  return { page, display, url }
}

const revoke = (activity, display) => activity.owner.call('DELETE', `${activity.path}/displays/${display.id}`)

const checkIn = async (activity, position) => {
  const person = await signIn(newName('guest'))
  const { token } = await activity.qr({ for_ms: 3000 })
  const { latitude, longitude, accuracy: accuracy_m } = position
  const location = { latitude, longitude, accuracy_m, coord: 'gcj02', age_ms: 100 }
  await person.post('/v1/checkins', { attempt_id: uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10))), method: 'qr', token, device_id: newName('device'), location })
}

/** Everybody can read it, in both colour schemes; the pictures are there to be looked at. */
const looksWell = async (page, name) => {
  const { width, height } = page.viewportSize()
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: path.join(SHOTS, `${name}-${width}-${colorScheme}.png`) })
    await page.evaluate(() => {
      document.body.className = 'h-page'
      document.querySelector('main').className = 'wx-page'
      if (!document.querySelector('.h-bar')) document.body.append(Object.assign(document.createElement('i'), { className: 'h-bar', hidden: true }))
    })
    const { findings } = await measure({ page }, { colorScheme, font: 1 })
    assert.deepEqual(findings, [], `${name} ${width} ${colorScheme}`)
    await page.setViewportSize({ width, height })
  }
  const { scrollWidth, scrollHeight } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, scrollHeight: document.documentElement.scrollHeight }))
  assert.ok(scrollWidth <= width && scrollHeight <= height, `${name} is ${scrollWidth} x ${scrollHeight} on ${width} x ${height}`)
}

for (const size of SIZES) {
  test(`a link is looked at, opened, shown and read at ${size.width} x ${size.height}`, async () => {
    const activity = await openActivity({ qr_period_s: 60, policy: { fence: 'review' } })
    const { url } = await newLink(activity)
    const page = await newBrowser(size)
    await page.goto(url)
    await sees(page, `活动：${activity.title}`)
    await looksWell(page, 'waiting')
    await page.getByRole('button', { name: '在此屏幕打开' }).click()
    await page.locator('#qr').waitFor({ state: 'visible' })
    await sees(page, /\d+ 秒后更新/)
    await sees(page, activity.code)
    await sees(page, '图书馆报告厅')
    await sees(page, /\d\d:\d\d 截止签到/)
    await checkIn(activity, INSIDE)
    await checkIn(activity, OUTSIDE)
    await page.waitForFunction(() => document.getElementById('checked-in').textContent === '1')
    await page.waitForFunction(() => document.getElementById('pending').textContent === '1')
    await looksWell(page, 'shown')
    const { width } = await page.locator('#qr').boundingBox()
    assert.ok(width >= (size.width > size.height ? 700 : 290), `the QR is ${width} px wide`)
  })

  test(`what can be wrong with a link is said, with what to do, at ${size.width} x ${size.height}`, async () => {
    const activity = await openActivity()
    const page = await newBrowser(size)
    const states = { used: '链接已用', expired: '链接已过期', unknown: '链接不正确', revoked: '已撤销', ended: '已结束', elsewhere: '换成了另一块屏幕', failed: '暂时打不开' }
    await page.goto((await newLink(activity)).url)
    await sees(page, '在此屏幕打开')
    for (const [state, title] of Object.entries(states)) {
      await page.evaluate(`show('${state}')`)
      await sees(page, title)
      await looksWell(page, state)
    }
  })
}

test('the title, the window and the QR follow an edit within seconds', async () => {
  const activity = await openActivity()
  const { page } = await showing(activity)
  await sees(page, /\d+ 秒后更新/)
  const before_edit = await page.locator('#qr').getAttribute('src')
  const { revision } = await activity.owner.get(activity.path)
  await activity.owner.call('PATCH', activity.path, { revision, title: '换了名字的讲座', qr_period_s: 30, place: { name: '三号楼' } })
  const began = Date.now()
  await sees(page, '换了名字的讲座', EDITED_MS)
  await page.waitForFunction((src) => document.getElementById('qr').src && !document.getElementById('qr').src.endsWith(src), before_edit, { timeout: EDITED_MS })
  await sees(page, '三号楼', EDITED_MS)
  assert.ok(Date.now() - began < EDITED_MS)
  await page.waitForFunction(() => Number.parseInt(document.getElementById('next').textContent, 10) <= 30)
})

test('after a reload the same browser goes on, and another one is told that the link is used', async () => {
  const activity = await openActivity()
  const { page, url } = await showing(activity)
  await page.reload()
  await page.locator('#qr').waitFor({ state: 'visible' })
  const other = await newBrowser()
  await other.goto(url)
  await sees(other, '链接已用')
})

test('two browsers look at one link, and who taps second is told that it is used', async () => {
  const activity = await openActivity()
  const { url } = await newLink(activity)
  const [first, second] = [await newBrowser(), await newBrowser()]
  await Promise.all([first.goto(url), second.goto(url)])
  await first.getByRole('button', { name: '在此屏幕打开' }).click()
  await first.locator('#qr').waitFor({ state: 'visible' })
  await second.getByRole('button', { name: '在此屏幕打开' }).click()
  await sees(second, '链接已用')
})

test('a link that a program previewed is still good', async () => {
  const activity = await openActivity()
  const { url } = await newLink(activity)
  for (const method of ['GET', 'GET', 'GET']) assert.equal((await fetch(url, { method })).status, 200)
  const page = await newBrowser()
  await page.goto(url)
  await page.getByRole('button', { name: '在此屏幕打开' }).click()
  await page.locator('#qr').waitFor({ state: 'visible' })
})

test('a link that nobody made says so', async () => {
  const page = await newBrowser()
  await page.goto(`${gatewayUrl()}/d/CFGHJKMNPRTVWXY34679`)
  await sees(page, '链接不正确')
})

test('a browser that opens a second link shows that one alone', async () => {
  const activity = await openActivity()
  const { page } = await showing(activity)
  const { url } = await newLink(activity)
  const second = await page.context().newPage()
  await second.goto(url)
  await second.getByRole('button', { name: '在此屏幕打开' }).click()
  await second.locator('#qr').waitFor({ state: 'visible' })
  await page.clock.fastForward(LOOK_MS)
  await sees(page, '换成了另一块屏幕')
})

const ENDS = {
  revoked: { title: '已撤销', end: revoke },
  closed: { title: '已结束', end: ({ owner, path: at }) => owner.post(`${at}/close`) },
  cancelled: { title: '取消了', end: ({ owner, path: at }) => owner.post(`${at}/cancel`) },
}
for (const [name, { title, end }] of Object.entries(ENDS)) {
  test(`a screen whose display is ${name} goes dark in time, also after a reload`, async () => {
    const activity = await openActivity()
    const { page, display } = await showing(activity)
    await end(activity, display)
    await sees(page, title, ENDED_MS)
    assert.equal(await page.locator('#qr').isVisible(), false)
    await page.reload()
    await sees(page, title)
  })
}

test('without a network it says so, hides a QR that is over, and goes on by itself', async () => {
  const activity = await openActivity({ qr_period_s: 15 })
  const { page } = await showing(activity)
  await page.waitForFunction(() => document.getElementById('checked-in').textContent === '0')
  await page.context().setOffline(true)
  await sees(page, '正在重新连接')
  await page.clock.fastForward(15000)
  await page.locator('#no-qr').waitFor({ state: 'visible' })
  assert.equal(await page.locator('#qr').isVisible(), false)
  await looksWell(page, 'broken')
  await page.context().setOffline(false)
  await page.locator('#qr').waitFor({ state: 'visible' })
  await page.locator('#broken').waitFor({ state: 'hidden' })
  await checkIn(activity, INSIDE)
  await page.waitForFunction(() => document.getElementById('checked-in').textContent === '1')
})

test('what cannot be had as it begins, or never comes, is asked for again by itself', async () => {
  const activity = await openActivity()
  const { url } = await newLink(activity)
  const page = await newBrowser()
  await page.route('**/v1/displays/preview*', (route) => route.fulfill({ status: 503, json: {} }))
  await page.goto(url)
  await sees(page, '服务暂时不可用')
  await page.unroute('**/v1/displays/preview*')
  await page.getByRole('button', { name: '在此屏幕打开' }).waitFor({ state: 'visible' })
  const silent = new Promise((resolve) => { page.route('**/qr', resolve, { times: 1 }) })
  await page.getByRole('button', { name: '在此屏幕打开' }).click()
  await silent
  await page.locator('#qr').waitFor({ state: 'visible' })
})

test('the page cannot read what makes its browser a display', async () => {
  const { page } = await showing(await openActivity())
  assert.equal(await page.evaluate(() => document.cookie), '')
  const [cookie] = await page.context().cookies()
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/'])
  await until(() => page.evaluate(() => fetch('/v1/me').then(({ status }) => status)), (status) => status === 401)
})

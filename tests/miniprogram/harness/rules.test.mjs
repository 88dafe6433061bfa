/** The phone of the harness breaks as a real one does: each rule of the platform that it enforces, by breaking it. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { build } from './build.mjs'
import { launch, Phone } from './browser.mjs'
import { serve } from './server.mjs'

const PRIVACY = '<button id="yes" open-type="agreePrivacyAuthorization" bind:agreeprivacyauthorization="agree">同意</button>'
const FILES = {
  'app.json': JSON.stringify({ pages: ['pages/one', 'pages/two'], requiredPrivateInfos: ['getLocation'], permission: { 'scope.userLocation': { desc: '核对' } } }),
  'app.js': 'App({ onShow() { this.shown = (this.shown || 0) + 1 }, onHide() { this.hidden = (this.hidden || 0) + 1 } })',
  'app.wxss': '.shared { color: #ff0000 }',
  'pages/one.js': `Page({
    data: { items: ['甲', '乙'], picked: '', on: '', typed: '' },
    onLoad(options) { this.options_ = options },
    onReady() { this.createSelectorQuery().select('#board').fields({ node: true, size: true }).exec(([board]) => { this.board = board }) },
    pick(event) { this.setData({ picked: this.data.items[event.detail.value] }) },
    turn(event) { this.setData({ on: event.detail.value }) },
    type(event) { this.setData({ typed: event.detail.value }) },
    agree() { this.answer({ event: 'agree', buttonId: 'yes' }) },
    phone({ detail }) { this.phoned = detail },
    ask() { wx.requestSubscribeMessage({ tmplIds: ['t'], complete: (said) => { this.said = said } }) },
  })`,
  'pages/one.wxml': `<view class="shared own">第一页</view><button bindtap="ask">订阅</button><canvas type="2d" id="board" />
    <picker range="{{items}}" bindchange="pick"><view>选 {{picked}}</view></picker>
    <switch bindchange="turn" /><view>开 {{on}}</view><input value="{{typed}}" placeholder="写" bindinput="type" /><view>写了 {{typed}}</view>
    <button open-type="getPhoneNumber" bindgetphonenumber="phone">手机号</button>${PRIVACY}`,
  'pages/one.wxss': '.own { font-size: 75rpx; height: 10vh } page { background: #00ff00 }',
  'pages/two.js': 'Page({})',
  'pages/two.wxml': '<view class="shared own">第二页</view>',
}

let folder
let server
let browser
let phone

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rules-'))
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, 'app', name)), { recursive: true })
    fs.writeFileSync(path.join(folder, 'app', name), text)
  }
  await build(path.join(folder, 'app'), path.join(folder, 'out'))
  server = await serve(path.join(folder, 'out'), { gateway: 'http://127.0.0.1:9' })
  browser = await launch()
})

after(async () => {
  await browser.close()
  await server.close()
  fs.rmSync(folder, { recursive: true })
})

const opened = async (fx = {}, at = 'pages/one?q=a%2Fb') => {
  phone = await Phone.create(browser, server.url, { fx })
  await phone.open(at)
  return phone.page
}

beforeEach(() => { phone = null })
afterEach(() => phone && phone.close())

const violations = () => phone.page.evaluate(() => window.__fx.violations)

/** What a part of wx says to `complete`. */
const said = (page, api, options = {}) => page.evaluate(([name, given]) =>
  new Promise((complete) => { window.wx[name]({ ...given, complete }) }), [api, options])

test('a page is laid out by its own styles and those of the app, and by those of no other page', async () => {
  const page = await opened()
  const style = (text) => page.getByText(text).evaluate((node) => [getComputedStyle(node).color, getComputedStyle(node).fontSize])
  assert.deepEqual(await style('第一页'), ['rgb(255, 0, 0)', '37.5px'])
  await said(page, 'navigateTo', { url: '/pages/two' })
  assert.deepEqual(await style('第二页'), ['rgb(255, 0, 0)', '16px'])
})

test('the button for a phone number gives a code, or tells that the person would not', async () => {
  const page = await opened({ login: 'sim:li' })
  const given = async (answer) => {
    await page.getByText('手机号', { exact: true }).tap()
    await page.locator('.h-mask').getByText(answer, { exact: true }).tap()
    return page.waitForFunction(() => window.getCurrentPages()[0].phoned).then((phoned) => phoned.jsonValue())
  }
  assert.deepEqual(await given('允许'), { errMsg: 'getPhoneNumber:ok', code: 'sim:li' })
  await page.evaluate(() => { window.getCurrentPages()[0].phoned = null })
  assert.deepEqual(await given('不允许'), { errMsg: 'getPhoneNumber:fail user deny' })
})

test('a file out of a chat is chosen by its path and read as bytes; without one the person went back', async () => {
  const page = await opened({ file: { name: 'list.csv', text: '姓名' } })
  const chosen = await said(page, 'chooseMessageFile', { count: 1, type: 'file' })
  const [{ name, path: filePath, size }] = chosen.tempFiles
  assert.deepEqual([name, size], ['list.csv', 6])
  const read = await page.evaluate((at) => new Promise((resolve) => {
    window.wx.getFileSystemManager().readFile({ filePath: at, success: ({ data }) => resolve([...new Uint8Array(data)]) })
  }), filePath)
  assert.deepEqual(Buffer.from(read).toString(), '姓名')
  await phone.set({ file: null })
  assert.match((await said(page, 'chooseMessageFile', { type: 'file' })).errMsg, /cancel/)
})

test('a page is given its query as it stands in the address', async () => {
  const page = await opened()
  assert.equal(await page.evaluate(() => window.getCurrentPages()[0].options_.q), 'a%2Fb')
})

test('pickers, switches and fields tell what was chosen', async () => {
  const page = await opened()
  await page.getByText('选').tap()
  await page.getByText('乙', { exact: true }).tap()
  await page.getByText('选 乙').waitFor()
  await page.locator('wx-switch').tap()
  await page.getByText('开 true').waitFor()
  await page.getByPlaceholder('写').fill('你好')
  await page.getByText('写了 你好').waitFor()
})

test('a canvas is a node with a size that can be drawn on', async () => {
  const page = await opened()
  const size = await page.waitForFunction(() => {
    const { board } = window.getCurrentPages()[0]
    return board && board.node.getContext('2d') && [board.width, board.height]
  })
  assert.deepEqual(await size.jsonValue(), [300, 150])
})

test('the eleventh page is refused', async () => {
  const page = await opened()
  for (let depth = 2; depth <= 10; depth += 1) await said(page, 'navigateTo', { url: '/pages/two' })
  assert.match((await said(page, 'navigateTo', { url: '/pages/two' })).errMsg, /limit exceed/)
  assert.equal((await violations()).length, 1)
})

test('the eleventh request at once is a violation, and a foreign host is one too', async () => {
  const page = await opened()
  await page.route('**/v1/slow', () => {})
  await page.evaluate(() => { for (let sent = 0; sent < 10; sent += 1) window.wx.request({ url: 'http://127.0.0.1:8080/v1/slow' }) })
  assert.deepEqual(await violations(), [])
  await page.evaluate(() => { window.wx.request({ url: 'http://127.0.0.1:8080/v1/slow' }) })
  assert.deepEqual(await violations(), ['11 requests at once'])
  assert.match((await said(page, 'request', { url: 'https://example.com/' })).errMsg, /domain/)
  assert.ok((await violations()).includes('a request to https://example.com/'))
})

test('offline, requests fail and the change of network is told', async () => {
  const page = await opened()
  await page.evaluate(() => window.wx.onNetworkStatusChange(({ isConnected }) => { window.connected = isConnected }))
  await phone.set({ offline: true })
  assert.equal(await page.evaluate(() => window.connected), false)
  assert.match((await said(page, 'request', { url: 'http://127.0.0.1:8080/v1/x' })).errMsg, /INTERNET_DISCONNECTED/)
})

test('a while after the program was hidden its requests are interrupted', async () => {
  const page = await opened({ background_ms: 20 })
  await page.route('**/v1/slow', () => {})
  await page.evaluate(() => { window.wx.request({ url: 'http://127.0.0.1:8080/v1/slow', fail: (why) => { window.why = why.errMsg } }) })
  await phone.act('background')
  await page.waitForFunction(() => window.why === 'request:fail interrupted')
  await phone.act('foreground')
  assert.deepEqual(await page.evaluate(() => [window.getApp().hidden, window.getApp().shown]), [1, 2])
})

test('storage takes 1 MB for a key and a limit in all', async () => {
  const page = await opened({ storage_limit: 3 * 1024 * 1024 })
  const write = (key, length) => page.evaluate(([name, size]) => {
    try {
      window.wx.setStorageSync(name, 'x'.repeat(size))
      return ''
    } catch (error) {
      return error.message
    }
  }, [key, length])
  assert.match(await write('large', 1024 * 1024 + 1), /entry size/)
  assert.equal((await violations()).length, 1)
  assert.deepEqual([await write('a', 1000000), await write('b', 1000000), await write('c', 1000000)], ['', '', ''])
  assert.match(await write('d', 1000000), /storage max size/)
})

test('within 30 s the position is the same one', async () => {
  const page = await opened()
  const first = await said(page, 'getLocation', { type: 'gcj02' })
  await phone.set({ location: { latitude: 1, longitude: 1, accuracy: 1 } })
  assert.equal((await said(page, 'getLocation', { type: 'gcj02' })).latitude, first.latitude)
  await phone.set({ now_offset_ms: 31000 })
  assert.equal((await said(page, 'getLocation', { type: 'gcj02' })).latitude, 1)
  assert.deepEqual(await violations(), [])
})

test('what app.json does not declare is refused', async () => {
  const page = await opened()
  assert.match((await said(page, 'chooseLocation')).errMsg, /requiredPrivateInfos/)
})

test('messages are asked for from a tap only', async () => {
  const page = await opened()
  assert.match((await said(page, 'requestSubscribeMessage', { tmplIds: ['t'] })).errMsg, /TAP/)
  assert.deepEqual(await violations(), ['requestSubscribeMessage without a tap'])
  await page.getByText('订阅').tap()
  const answer = await page.waitForFunction(() => window.getCurrentPages()[0].said)
  assert.equal((await answer.jsonValue()).t, 'accept')
})

test('the privacy guide stands before the position, and only a tapped button agrees', async () => {
  const page = await opened({ privacy: 'needed' })
  await page.evaluate(() => window.wx.onNeedPrivacyAuthorization((answer) => { window.getCurrentPages()[0].answer = answer }))
  await page.evaluate(() => { window.wx.getLocation({ type: 'gcj02', success: () => { window.located = true } }) })
  assert.equal(await page.evaluate(() => window.located), undefined)
  await page.getByText('同意').tap()
  await page.waitForFunction(() => window.located)
  assert.deepEqual(await violations(), [])
})

test('who agrees without a tapped button breaks a rule', async () => {
  const page = await opened({ privacy: 'needed' })
  await page.evaluate(() => window.wx.onNeedPrivacyAuthorization((answer) => answer({ event: 'agree', buttonId: 'yes' })))
  await said(page, 'getLocation', { type: 'gcj02' })
  assert.equal((await violations()).length, 1)
})

test('unknown parts of wx are recorded, errors too', async () => {
  const page = await opened()
  await page.evaluate(() => { window.wx.makeCoffee?.() })
  await page.evaluate(() => { setTimeout(() => { throw new Error('spilt') }) })
  await page.waitForFunction(() => window.__errors.length)
  assert.deepEqual((await phone.faults()).map((fault) => fault.split(/\n/)[0]), ['error: Error: spilt', 'missing: wx.makeCoffee'])
})

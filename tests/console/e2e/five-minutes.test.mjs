/** A newcomer's five minutes, from `/` alone: an organisation, an activity, a hall full of people, and who was missing. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import qrLink from '../../../miniprogram/core/qr_link.js'
import { newAttemptId, newName, phoneOf, signIn } from '../../miniprogram/e2e/stack.mjs'
import { gatewayUrl } from '../../miniprogram/harness/server.mjs'
import { launch, Visit } from './browser.mjs'
import { scanned } from './scanning.mjs'
import { openedByOffice, rowsOf } from './spreadsheet.mjs'

/** What is required has a star. */
const TITLE = /^\*?\s*名称$/
const AT_ONCE = 7
/** Seconds that a QR is good for at least when it is scanned. */
const LASTS_S = 10
const COMING = 49
const MISSING = ['周杰', '吴迪', '郑爽', '孙丽', '钱进', '冯提莫']
const visits = []
let browser, folder, phones, stranger

/** Somebody's phone, and what they are called. */
const phone = async (name) => {
  const person = await signIn(newName('guest'))
  await person.call('PUT', '/v1/me', { name })
  return Object.assign(person, { called: name })
}

before(async () => {
  browser = await launch()
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qiandao-console-'))
  const names = Array.from({ length: COMING }, (_, index) => `来宾${String.fromCharCode(0x4e00 + index)}`)
  phones = await Promise.all(names.map(phone))
  stranger = await phone('赵敏')
})

after(async () => {
  await browser?.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

/** A new browser whose clicks and typed fields are counted. */
const newcomer = async () => {
  const visit = await Visit.create(browser)
  visits.push(visit)
  const done = { clicks: 0, fields: 0 }
  const click = (locator) => {
    done.clicks += 1
    return locator.click()
  }
  const button = (name, options) => click(visit.page.getByRole('button', { name, exact: true, ...options }).first())
  const link = (name) => click(visit.page.getByRole('link', { name }).first())
  const type = (locator, text) => {
    done.fields += 1
    return locator.fill(text)
  }
  return { visit, page: visit.page, done, click, button, link, type }
}

/** The simulator of WeChat lets the browser in as somebody who has never been here. */
const signInBySimulator = async ({ visit, page, click, type }) => {
  const opening = page.waitForEvent('popup')
  await click(page.getByRole('link', { name: /微信模拟器/ }))
  const simulator = await opening
  // It is a page beside the product, as WeChat is.
  visit.mayAsk(new URL(simulator.url()).origin)
  await type(simulator.getByLabel('姓名'), newName('newcomer'))
  await click(simulator.getByRole('button', { name: '确认登录' }))
  await page.waitForURL((url) => url.pathname === '/console/')
  if (!simulator.isClosed()) await simulator.waitForEvent('close')
}

/** The link of a screen, opened on another computer: its wall. */
const openScreen = async (address) => {
  const screen = await Visit.create(browser)
  visits.push(screen)
  await screen.page.goto(address)
  await screen.page.getByRole('button', { name: '在此屏幕打开' }).click()
  await screen.page.waitForURL(/\/wall\//)
  return screen
}

/** Everybody whom the roster knows says so with their number, a few at a time. */
const everybodySaysWhoTheyAre = async (activityId) => {
  const says = (one) => one.post(`/v1/activities/${activityId}/me/phone`, { code: `sim:${one.name}` })
  for (let from = 0; from < COMING; from += AT_ONCE) await Promise.all(phones.slice(from, from + AT_ONCE).map(says))
}

/** What the QR on a screen holds; one that is about to change is waited out. */
const shownBy = async ({ page }) => {
  await page.waitForFunction((least) => document.querySelector('progress')?.value > least, LASTS_S)
  return qrLink.tokenOf(await scanned(page.locator('svg.qr')), gatewayUrl())
}

/** All of them at the same instant, and one whom nobody expects. */
const everybodyScans = async (token) => {
  const scan = (one) => one.post('/v1/checkins', { attempt_id: newAttemptId(), method: 'qr', token })
  const answers = await Promise.all([...phones, stranger].map(scan))
  return answers.map(({ checkin }) => checkin.outcome)
}

/** What a large number reads, on the activity's page and on the wall. */
const counted = ({ page }, place, count) => page.locator(place, { hasText: new RegExp(`^${count}$`) }).waitFor()

const downloaded = async (page, name, act) => {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  const file = path.join(folder, name)
  await download.saveAs(file)
  return file
}

test('a newcomer runs an event from the browser alone', async () => {
  const began = performance.now()
  const me = await newcomer()
  const { visit, page, done, click, button, link, type } = me

  await visit.go('/')
  await signInBySimulator(me)
  await visit.sees('先建一个组织')
  await visit.shot('five-1-first')
  await type(page.getByLabel('组织名称'), '星光读书会')
  await button('创建组织')
  await visit.sees('还没有活动')
  await visit.shot('five-2-begin')

  await button('创建活动')
  await button('会议')
  await type(page.getByRole('textbox', { name: TITLE }), '周三读书会')
  await click(page.locator('label', { hasText: '按名单' }))
  const coming = phones.map(({ called, name }) => `${called} ${phoneOf(name)}`)
  await type(page.getByLabel('粘贴名单'), [...coming, ...MISSING].join('\n'))
  await button('检查名单')
  await visit.sees(`导入 ${COMING + MISSING.length} 人`)
  await visit.shot('five-3-roster')
  await button(`导入 ${COMING + MISSING.length} 人`)
  await visit.sees('周三读书会名单（55 人）')
  await visit.shot('five-4-form')
  await button('发布并展示二维码')
  await page.getByRole('img', { name: '签到二维码' }).waitFor()
  await visit.shot('five-5-qr')

  await link('在另一台电脑或大屏上显示')
  await button('生成链接')
  const screen = await openScreen(await page.locator('.link code').innerText())
  await link('概况')
  await visit.sees(`/ ${COMING + MISSING.length}`)

  await everybodySaysWhoTheyAre(page.url().split('/').at(-1))
  const outcomes = await everybodyScans(await shownBy(screen))
  const answered = performance.now()
  assert.deepEqual(outcomes, [...phones.map(() => 'accepted'), 'pending_review'])
  await Promise.all([counted(visit, '.came', COMING), counted(screen, '.came strong', COMING)])
  const moved_ms = performance.now() - answered
  await visit.shot('five-6-during')
  await screen.shot('five-7-wall')

  await link(/^核验 1$/)
  await visit.sees('此人不在名单中')
  // Its key stands beside it.
  await click(page.getByRole('button', { name: /^通过/ }))
  await visit.sees('已通过：赵敏')
  await link('概况')
  await page.getByRole('link', { name: `${COMING + 1} 在场` }).waitFor()

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await link(`${MISSING.length} 还没到`)
  await visit.sees(`共 ${MISSING.length} 人`)
  await button('复制名字')
  await visit.sees(`已复制 ${MISSING.length} 人的名字`)
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(copied, /^【周三读书会】还没到 6 人：\n/)
  assert.deepEqual(copied.split('\n')[1].split('、').sort(), [...MISSING].sort())
  await visit.shot('five-8-missing')

  await link('签到记录')
  await visit.sees(`共 ${COMING + 1} 人`)
  const file = await downloaded(page, 'people.csv', () => button('导出 CSV'))
  const [, ...rows] = rowsOf(fs.readFileSync(file, 'utf8'))
  assert.deepEqual(rows.map(([name]) => name).sort(), [...phones.map(({ called }) => called), '赵敏'].sort())
  assert.ok(rows.every(([, , , status]) => status === '已签到'))
  const opened = openedByOffice(file)
  if (opened) assert.match(opened, /赵敏/)
  else console.log('# no LibreOffice on this machine: the file was parsed alone')

  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `# ${seconds} s, ${done.clicks} clicks, ${done.fields} fields; numbers moved in ${moved_ms.toFixed(0)} ms`,
  )
  await Promise.all(visits.map((one) => one.close()))
})

/** A kiosk at a door in a browser, against the real stack: scanned with real keys, typed, refused, cut off, and over. */

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { openDoor, newcomer } from '../../miniprogram/e2e/door.mjs'
import { until } from '../../miniprogram/e2e/stack.mjs'
import { launch, SMALL, Visit } from './browser.mjs'

const TABLET = { width: 1280, height: 800 }
const LOW = { width: 1024, height: 600 }
/** Well made, and of nobody here. */
const FOREIGN = ['CFTMM9MV6X', 'CHCWX7XHY6', 'CJT9C693WF', 'CMFKN6MNRK', 'CNVVY4W9MR']
const visits = []
let browser, activity, printed

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

beforeEach(async () => {
  activity = await openDoor(['王小明', '李小红', '赵大海'], { title: '新生讲座：如何在图书馆找到你要的一切' })
  const { people } = await activity.owner.get(`${activity.path}/door/people`)
  printed = Object.fromEntries(people.map(({ name, entry_code }) => [name, entry_code]))
})

const opened = async (options = {}, changes = {}) => {
  const body = { kind: 'kiosk', show_names: 'masked', ...changes }
  const { display, url } = await activity.owner.post(`${activity.path}/displays`, body)
  const visit = await Visit.create(browser, { size: TABLET, ...options })
  visits.push(visit)
  await visit.go(new URL(url).pathname)
  await visit.page.getByRole('button', { name: '在此屏幕打开' }).click()
  await visit.page.waitForURL(/\/kiosk\//)
  await visit.page.locator('.kiosk').waitFor()
  return { visit, display }
}

const started = async (...given) => {
  const { visit, display } = await opened(...given)
  await visit.page.getByRole('button', { name: '开始签到' }).click()
  return { visit, display }
}

/** As fast as the browser takes keys, which is what a scanner does. */
const scan = async (visit, code) => {
  const keyboard = await visit.page.context().newCDPSession(visit.page)
  const press = (key, text = key) =>
    ['keyDown', 'keyUp'].map((type) =>
      keyboard.send('Input.dispatchKeyEvent', {
        type,
        key,
        code: text === key ? '' : key,
        text: type === 'keyDown' ? text : '',
      }),
    )
  await Promise.all([...[...code].flatMap((letter) => press(letter)), ...press('Enter', '\r')])
  await keyboard.detach()
}

const verdict = (visit) => visit.page.getByRole('alert')
/** Says all of it at one time: who was let in is told for a few seconds. */
const says = (visit, ...texts) => texts.reduce((found, hasText) => found.filter({ hasText }), verdict(visit)).waitFor()
const scanned = (visit, code, ...texts) => Promise.all([says(visit, ...texts), scan(visit, code)])
/** It goes by itself, too; who reads it need not wait. */
const dismissed = async (visit) => {
  await visit.page.getByRole('button', { name: '点按返回' }).click()
  await verdict(visit).waitFor({ state: 'detached' })
}
const inside = (visit, count) =>
  visit.page
    .locator('.counts dd')
    .first()
    .filter({ hasText: new RegExp(`^${count}$`) })
    .waitFor()
const tap = async (visit, code) => {
  for (const letter of code.replace('-', ''))
    await visit.page.getByRole('button', { name: letter, exact: true }).click()
}

for (const [name, size, schemes] of [
  ['1280', TABLET, ['light']],
  ['1024', LOW, ['dark']],
  ['390', SMALL, ['light']],
])
  for (const scheme of schemes)
    test(`a kiosk is readable at ${name} px, ${scheme}`, async () => {
      const shot = (state) => visit.shot(`kiosk-${state}-${name}-${scheme}`)
      const { visit } = await opened({ size, scheme })
      await inside(visit, 0)
      await visit.accessible()
      await shot('start')
      await visit.page.getByRole('button', { name: '开始签到' }).click()
      await tap(visit, printed.王小明.slice(0, 7))
      await visit.accessible()
      await shot('typing')
      await Promise.all([says(visit, '签到成功', '王*明', '一班'), tap(visit, printed.王小明.slice(7))])
      await shot('in')
      await dismissed(visit)
      await scanned(visit, activity.people[0].code(activity), '已签到过')
      await shot('already')
      await dismissed(visit)
      await scanned(visit, (await newcomer('钱多多')).code(activity), '待人工核验', '不在名单中')
      await shot('review')
      await dismissed(visit)
      await scanned(visit, activity.people[1].code(activity, { ago_s: 40 }), '未能签到', '签到码已过期')
      await shot('refused')
      await visit.accessible()
    })

test('a scanner lets people in whatever is typed or touched meanwhile, and the numbers move', async () => {
  const { visit } = await started({}, { gate: '北门' })
  await visit.page.getByRole('button', { name: '关闭声音' }).focus()
  await visit.page.keyboard.type('K7', { delay: 200 })
  await scanned(visit, activity.people[0].code(activity), '签到成功', '王*明')
  await inside(visit, 1)
  // It goes by itself; what was typed is still there, and the button with the focus was not pressed by the scanner.
  await verdict(visit).waitFor({ state: 'detached' })
  await visit.page.locator('.typed', { hasText: 'K7–––' }).waitFor()
  await visit.page.getByRole('button', { name: '关闭声音' }).waitFor()
  await visit.page.keyboard.press('Backspace')
  await visit.page.keyboard.press('Backspace')
  await scanned(visit, `QDE1${printed.李小红.replace('-', '')}`, '签到成功', '李*红', '二班')
  await scanned(visit, printed.赵大海, '赵*海')
  await inside(visit, 3)
  const { visit: exit } = await opened({ size: LOW, scheme: 'dark' }, { direction: 'out' })
  await exit.page.getByRole('button', { name: '开始签退' }).click()
  await exit.accessible()
  await exit.shot('kiosk-out')
  await scanned(exit, printed.赵大海, '签退成功', '赵*海')
  await exit.shot('kiosk-gone')
  await inside(exit, 2)
  await dismissed(exit)
  // For four seconds the same code is a scanner that is held in place, unless another one came between.
  await scanned(exit, printed.李小红, '签退成功', '李*红')
  await dismissed(exit)
  await scanned(exit, printed.赵大海, '已签退过')
  const people = () => activity.owner.get(`${activity.path}/people?status=checked_in`)
  const { people: came } = await until(people, (found) => found.people.length === 3)
  assert.deepEqual(new Set(came.map(({ gate }) => gate)), new Set(['北门']))
})

test('wrong codes are counted down, a network that is gone is told, and the code is good when it is back', async () => {
  const { visit } = await started()
  await Promise.all([says(visit, '无法识别', '编码有误'), tap(visit, 'CFTMM9MV6C')])
  await dismissed(visit)
  for (const code of FOREIGN) {
    await scanned(visit, code, '名单中没有这个编码')
    await dismissed(visit)
  }
  await scanned(visit, printed.李小红, '输错次数过多', '秒后再试')
  await visit.accessible()
  await visit.shot('kiosk-locked')
  await dismissed(visit)
  await visit.page.context().setOffline(true)
  await visit.sees('网络不通，现在不能签到')
  const code = activity.people[1].code(activity)
  await scanned(visit, code, '网络不通', '不会重复记录')
  await visit.accessible()
  await visit.shot('kiosk-offline')
  await dismissed(visit)
  await visit.page.context().setOffline(false)
  await visit.page.getByText('网络不通，现在不能签到').waitFor({ state: 'detached' })
  await scanned(visit, code, '签到成功', '李*红')
  await inside(visit, 1)
})

test('a new build is followed by itself, and a revoked kiosk is over', async () => {
  const { visit, display } = await started()
  const page = await (await fetch(new URL(`/kiosk/${activity.id}`, visit.page.url()))).text()
  // The server that comes back has another build: its page begins with another script.
  await visit.page.route('**/console/assets/index-NEW.js', (route) => route.fulfill({ body: '' }))
  let asked = 0
  await visit.page.route(`**/kiosk/${activity.id}`, (route) => {
    asked += 1
    const body = asked === 1 ? page.replace(/assets\/index-[\w-]+\.js/, 'assets/index-NEW.js') : page
    return route.fulfill({ body, contentType: 'text/html' })
  })
  const reloaded = visit.page.waitForEvent('load')
  await visit.page.context().setOffline(true)
  await visit.sees('网络不通，现在不能签到')
  await visit.page.context().setOffline(false)
  await reloaded
  // Nobody has to touch it: it takes codes at once, and offers the sound.
  await visit.page.locator('svg.qr').waitFor()
  assert.equal(await visit.page.getByRole('button', { name: '开始签到' }).count(), 0)
  await scanned(visit, activity.people[2].code(activity), '签到成功', '赵*海')
  await activity.owner.call('DELETE', `${activity.path}/displays/${display.id}`)
  await visit.sees('这个屏幕已停用')
  await visit.accessible()
})

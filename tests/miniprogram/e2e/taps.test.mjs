/** However often a finger comes down, it is one wish. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { openActivity, OUTSIDE, until } from './stack.mjs'

const TAPS = 3
const SLOW = { navigation_ms: 300 }

const { phone: newPhone } = scene()

/** Taps several times at one place of the screen, whatever is there by then. */
const drum = async (phone, locator) => {
  await locator.scrollIntoViewIfNeeded()
  const { x, y, width, height } = await locator.boundingBox()
  for (let taps = 0; taps < TAPS; taps += 1) await phone.page.touchscreen.tap(x + width / 2, y + height / 2)
}

/** Taps that all come before the phone has drawn what the first one brings. */
const hammer = (phone, handler, id) => phone.page.evaluate(([name, given, taps]) => {
  const page = window.getCurrentPages().at(-1)
  for (let tap = 0; tap < taps; tap += 1) page[name]({ currentTarget: { dataset: { id: given } } })
}, [handler, id, TAPS])

const depth = (phone) => phone.page.evaluate(() => window.getCurrentPages().length)

const posts = async (phone, end) => (await phone.calls('request')).filter(({ options }) => options.method === 'POST' && options.url.endsWith(end))

test('from home: one scanner, one attempt', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, ...SLOW })
  await phone.open('pages/home/home')
  await drum(phone, phone.text('我要签到'))
  await phone.sees('签到成功')
  assert.equal((await phone.calls('scanCode')).length, 1)
  assert.equal((await posts(phone, '/v1/checkins')).length, 1)
  assert.equal(await depth(phone), 2)
})

test('on the check-in page: one scanner at a time', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, scan_ms: 1500 })
  await phone.open('pages/checkin/checkin')
  await drum(phone, phone.text('扫一扫'))
  await phone.sees('签到成功')
  assert.equal((await phone.calls('scanCode')).length, 1)
})

test('every way to another page opens it once', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ login: `sim:${activity.owner.name}`, ...SLOW })
  await phone.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  for (const way of ['展示二维码', '签到记录', '为他人签到', '核验', '修改', '工作人员']) {
    await drum(phone, phone.text(way, { exact: true }))
    await until(() => depth(phone), (count) => count > 1)
    await phone.page.waitForTimeout(2 * SLOW.navigation_ms)
    assert.equal(await depth(phone), 2, way)
    await phone.page.locator('.h-back').tap()
    await until(() => depth(phone), (count) => count === 1)
  }
})

test('a question is asked once, and its answer sent once', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await phone.sees('结束签到')
  await hammer(phone, 'close')
  await phone.answer('结束')
  await phone.sees('已结束')
  assert.equal((await phone.calls('showModal')).length, 1)
  assert.equal((await posts(phone, '/close')).length, 1)
})

test('a decision is made once', async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const guest = await newPhone({ scan: (await activity.qr()).url, location: OUTSIDE })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('待人工核验')
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/reviews/reviews?activity_id=${activity.id}`)
  await organiser.sees('不在签到范围')
  await hammer(organiser, 'refuse', await organiser.page.evaluate(() => window.getCurrentPages().at(-1).data.lines[0].id))
  await organiser.page.locator('.h-modal input').first().fill('请到前台登记')
  await organiser.answer('确定')
  await guest.sees('请到前台登记')
  assert.equal((await organiser.calls('showModal')).length, 1)
})

test('a name is asked for once', async () => {
  const phone = await newPhone({ ...SLOW })
  await phone.open('pages/mine/mine')
  await phone.sees('点击填写姓名')
  await hammer(phone, 'rename')
  await phone.page.locator('.h-modal input').first().fill('李雷')
  await phone.answer('保存')
  await phone.sees('李雷')
  assert.equal((await phone.calls('showModal')).length, 1)
})

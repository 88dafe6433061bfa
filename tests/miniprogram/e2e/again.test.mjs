/** What is tried again is the same again, and what a person reads stands: it changes when something was decided, and never back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { INSIDE, openActivity, OUTSIDE, until } from './stack.mjs'

const GATES = ['东门', '西门']
const WATCHED_MS = 8000
const NEXT_FIX_MS = 31000

const { phone: newPhone } = scene()

const posts = async (phone) => (await phone.calls('request'))
  .filter(({ options }) => options.method === 'POST' && options.url.endsWith('/v1/checkins'))
  .map(({ options }) => JSON.parse(options.data))

/** Notes every heading that the result page shows from now on. */
const watchHeadings = (phone) => phone.page.evaluate(() => {
  window.headings = []
  const note = () => {
    const shown = document.querySelector('.h-page:not([hidden]) .heading')
    if (shown && shown.textContent !== window.headings.at(-1)) window.headings.push(shown.textContent)
  }
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
})

const headings = (phone) => phone.page.evaluate(() => window.headings)

/** One that waits for a human, and the activity. */
const doubted = async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const phone = await newPhone({ scan: (await activity.qr()).url, location: OUTSIDE })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('待人工核验')
  return { activity, phone }
}

test('a refused check-out is scanned again as a check-out, through the same gate', async () => {
  const activity = await openActivity({ gates: GATES, methods: ['qr'] })
  const phone = await newPhone({ scan: (await activity.qr()).url, location: OUTSIDE })
  await phone.open(`pages/checkin/checkin?activity_id=${activity.id}`)
  await phone.tap('东门')
  await phone.tap('其他方式')
  await phone.tap('签退', { exact: true })
  await phone.tap('扫码签退')
  await phone.sees('不在签到范围')
  await phone.set({ location: INSIDE, now_offset_ms: NEXT_FIX_MS })
  await phone.tap('重新扫码')
  const sent = await until(() => posts(phone), (found) => found.length === 2)
  assert.deepEqual(sent.map(({ direction, gate }) => [direction, gate]), [['out', '东门'], ['out', '东门']])
  await phone.sees(activity.title)
})

test('a wrong code is typed again for the same direction, gate and activity', async () => {
  const activity = await openActivity({ gates: GATES, methods: ['code', 'place'] })
  const phone = await newPhone()
  await phone.open(`pages/checkin/checkin?activity_id=${activity.id}`)
  await phone.tap('西门')
  await phone.tap('其他方式')
  await phone.tap('签退', { exact: true })
  await phone.page.getByPlaceholder('6 位签到码').fill('CCCCCC')
  await phone.page.locator('.code-button').tap()
  await phone.sees('签到码不正确')
  await phone.tap('重新输入签到码')
  await phone.sees(activity.title)
  await phone.page.getByPlaceholder('6 位签到码').fill(activity.code)
  await phone.page.locator('.code-button').tap()
  const sent = await until(() => posts(phone), (found) => found.length === 2)
  assert.deepEqual([sent[1].direction, sent[1].gate], ['out', '西门'])
})

test('who is outside and need not scan comes nearer and tries again where they are', async () => {
  const activity = await openActivity({ methods: ['place'] })
  const phone = await newPhone({ location: OUTSIDE })
  await phone.open(`pages/checkin/checkin?activity_id=${activity.id}`)
  await phone.tap('直接签到')
  await phone.sees('不在签到范围')
  await phone.set({ location: INSIDE, now_offset_ms: NEXT_FIX_MS })
  await phone.tap('我已走近，再试一次')
  await phone.sees('签到成功')
  assert.deepEqual(await phone.calls('scanCode'), [])
})

test('a success stands: nothing of an earlier attempt is told over it, and it is felt', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, location: 'denied', location_when_allowed: INSIDE })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('没有定位权限')
  await watchHeadings(phone)
  await phone.tap('打开定位设置')
  await phone.answer('允许')
  await phone.sees('签到成功')
  const felt = await phone.calls('vibrateShort')
  await phone.page.waitForTimeout(WATCHED_MS)
  assert.deepEqual((await headings(phone)).filter((each) => each !== '待人工核验'), ['签到成功'])
  assert.deepEqual(felt.map(({ options }) => options.type), ['medium'])
})

test('who a human refused reads their words, feels it, and can say something against it', async () => {
  const { activity, phone } = await doubted()
  await watchHeadings(phone)
  await activity.decide('refuse', { reason: '请到前台登记' })
  await phone.sees('请到前台登记')
  await phone.sees('未能签到')
  assert.equal(await phone.text('重新扫码').count(), 0)
  await phone.page.evaluate(() => window.getApp().services.sync.flush())
  await phone.page.waitForTimeout(WATCHED_MS / 2)
  assert.deepEqual((await headings(phone)).filter((each) => each !== '待人工核验'), ['未能签到'])
  assert.deepEqual((await phone.calls('vibrateShort')).map(({ options }) => options.type), ['heavy'])
  await phone.tap('提出申诉')
  await phone.page.locator('.h-modal input').fill('我在前台')
  await phone.answer('提交')
  await phone.sees('提交了申诉')
  await phone.sees('请到前台登记')
})

test('whoever decides and whoever it is about read the same', async () => {
  const { activity, phone } = await doubted()
  await activity.decide('refuse', { reason: '请到前台登记' })
  await phone.sees('请到前台登记')
  await phone.tap('完成')
  await phone.tap('我的记录')
  await phone.tap(activity.title)
  await phone.sees('请到前台登记')
  assert.equal(await phone.text('请走近后再试').count(), 0)
  await phone.tap('提出申诉')
  await phone.page.locator('.h-modal input').fill('我在前台')
  await phone.answer('提交')
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/reviews/reviews?activity_id=${activity.id}`)
  await organiser.sees('申诉：我在前台')
  await organiser.sees('上次未通过：请到前台登记')
})

test('of one person who tried twice the reviewer decides once', async () => {
  const { activity, phone } = await doubted()
  await phone.tap('重新扫码')
  await until(() => activity.owner.get(`/v1/reviews?activity_id=${activity.id}`), (page) => page.reviews.length === 2)
  await phone.sees('待人工核验')
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/reviews/reviews?activity_id=${activity.id}`)
  await organiser.sees('不在签到范围')
  await organiser.tap('不通过', { exact: true })
  await organiser.page.locator('.h-modal input').fill('请到前台登记')
  await organiser.answer('确定')
  await organiser.sees('没有待人工核验的签到')
  await phone.sees('请到前台登记')
  const pending = () => activity.owner.get(`/v1/reviews?activity_id=${activity.id}&state=pending`)
  await until(pending, (page) => page.reviews.length === 0)
})

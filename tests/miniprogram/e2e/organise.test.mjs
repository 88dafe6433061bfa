/** An event run from the phone, by somebody who has never seen this program, and by the people at the door. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { INSIDE, lastingPeriod, newName, openActivity, OUTSIDE, PLACE, signIn, until } from './stack.mjs'

const TITLE = '秋季新生入学教育与专业介绍大会'

const { phone: newPhone } = scene()

const field = (phone, placeholder) => phone.page.locator('.h-page:not([hidden])').getByPlaceholder(placeholder)

/** What the QR on a phone says: read off its page, for a browser has no camera. */
const shownQr = (phone) => phone.page.waitForFunction(() => window.getCurrentPages().at(-1).qr?.url).then((url) => url.jsonValue())

/** Somebody new with a name. */
const named = async (name) => {
  const person = await signIn(newName('member'))
  await person.call('PUT', '/v1/me', { name })
  return person
}

test('from nothing to a running event: created, shown, somebody comes in, a doubtful one is approved', async (context) => {
  const place = { name: PLACE.name, address: '一二一大街', latitude: PLACE.latitude, longitude: PLACE.longitude }
  const organiser = await newPhone({ chooseLocation: place, location: INSIDE })
  await organiser.open('pages/home/home')
  const began = Date.now()
  await organiser.page.locator('.avatar').tap()
  await organiser.tap('我组织的活动')
  await field(organiser, '例如：星光读书会').fill('星光读书会')
  await organiser.tap('下一步')
  await field(organiser, '例如：周三例会').fill(TITLE)
  await organiser.tap('选择地点')
  await organiser.sees(PLACE.name)
  await organiser.tap('创建并展示二维码')
  await organiser.sees(/秒后更新/)
  context.diagnostic(`taps to the QR ${organiser.taps + 1}, ${Date.now() - began} ms`)
  assert.ok(await organiser.page.evaluate(() => window.__fx.is_kept_on), 'the screen stays on')

  const guest = await newPhone({ scan: await shownQr(organiser) })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到成功')
  await guest.sees(TITLE)
  await organiser.sees('已签到 1 人')

  const doubtful = await newPhone({ scan: await shownQr(organiser), location: OUTSIDE })
  await doubtful.open('pages/home/home')
  await doubtful.tap('我要签到')
  await doubtful.sees('待人工核验')

  await organiser.page.locator('.h-back').tap()
  await organiser.tap('核验', { exact: true })
  await organiser.sees('不在签到范围')
  await organiser.tap('通过', { exact: true })
  await doubtful.sees('签到成功')
  await organiser.page.locator('.h-back').tap()
  await organiser.sees(TITLE)
  await organiser.page.waitForFunction(() => window.getCurrentPages().at(-1).data.stats?.checked_in === 2)
  await organiser.tap('签到记录')
  await organiser.tap('待人工核验', { exact: true })
  await organiser.sees('没有符合条件的人')
})

test('an edit is on the organiser\'s QR within seconds', async () => {
  const name = newName('organiser')
  const organiser = await newPhone({ login: `sim:${name}` })
  const owner = await signIn(name)
  const { id: organisation_id } = await owner.post('/v1/organisations', { name: '星光读书会' })
  const made = await owner.open({ organisation_id, title: '周三例会', place: PLACE, qr_period_s: lastingPeriod() })
  await organiser.open(`organise/pages/qr/qr?activity_id=${made.id}`)
  await organiser.sees('周三例会')
  const before = await shownQr(organiser)
  await owner.call('PATCH', `/v1/activities/${made.id}`, { revision: made.revision, title: '周四例会', qr_period_s: 30 })
  await organiser.sees('周四例会', { timeout: 5000 })
  await organiser.page.waitForFunction((url) => window.getCurrentPages().at(-1).qr.url !== url, before, { timeout: 5000 })
})

test('the answers to the publication are lost, the name is mended, and there is one activity', async () => {
  const name = newName('organiser')
  const organiser = await newPhone({ login: `sim:${name}` })
  const account = await signIn(name)
  await account.post('/v1/organisations', { name: '星光读书会' })
  // The server takes them all; the phone hears of none until they are let through.
  let is_lost = true
  await organiser.page.route('**/publish', async (route) => {
    if (!is_lost) return route.continue()
    await route.fetch()
    return route.abort('timedout')
  })
  const { promise: typed, resolve: isTyped } = Promise.withResolvers()
  await organiser.page.route('**/v1/organisations?*', (route) => typed.then(() => route.continue()))
  await organiser.open('organise/pages/form/form')
  await field(organiser, '例如：周三例会').fill('周三列会')
  // The button is off until it is known whose activity it is to be: a finger waits for that, and its tap is not lost.
  const tap = organiser.tap('创建并展示二维码')
  await Promise.race([tap, new Promise((resolve) => { setTimeout(resolve, 1000) })])
  isTyped()
  await tap
  const states = async () => (await account.get('/v1/activities')).activities.map(({ title, state }) => [title, state])
  await until(states, (found) => found.length === 1 && found[0][1] === 'published')
  await organiser.page.waitForFunction(() => window.getCurrentPages().at(-1).data.is_sending === false)

  is_lost = false
  await field(organiser, '例如：周三例会').fill('周三例会')
  await organiser.tap('创建并展示二维码')
  await organiser.sees(/秒后更新/)
  assert.deepEqual((await states()).sort(), [['周三例会', 'published'], ['周三列会', 'cancelled']].sort())
})

test('a refused one reads why, appeals, and is let in', async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const guest = await newPhone({ scan: (await activity.qr()).url, location: OUTSIDE })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('待人工核验')

  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/reviews/reviews?activity_id=${activity.id}`)
  await organiser.tap('不通过', { exact: true })
  await organiser.page.locator('.h-modal input').fill('现场没有看到你')
  await organiser.answer('确定')
  await guest.sees('未能签到')

  await guest.tap('查看记录')
  await guest.sees('现场没有看到你')
  await guest.tap('提出申诉')
  await guest.page.locator('.h-modal input').fill('我坐在最后一排')
  await guest.answer('提交')
  await guest.sees('提交了申诉')

  await organiser.open(`organise/pages/reviews/reviews?activity_id=${activity.id}`)
  await organiser.sees('申诉：我坐在最后一排')
  await organiser.tap('通过', { exact: true })
  await until(() => activity.stats(), (stats) => stats.checked_in === 1)
})

test('people at the door check several in at once, also while the network is gone', async () => {
  const activity = await openActivity({ gates: ['北门'] })
  const names = ['欧阳小明', '司徒静', '上官云']
  for (const name of names) await activity.owner.enlist(activity.organisation_id, await named(name), 'member')
  const staff = newName('staff')
  await activity.owner.enlist(activity.organisation_id, await signIn(staff), 'staff')
  const phone = await newPhone({ login: `sim:${staff}` })
  await phone.open(`organise/pages/staff/staff?activity_id=${activity.id}`)
  await phone.tap('北门')
  await phone.tap(names[0])
  await phone.tap(names[1])
  await phone.tap('为 2 人签到')
  await until(() => activity.stats(), (stats) => stats.checked_in === 2 && stats.by_gate['北门'] === 2)
  await phone.open(`organise/pages/staff/staff?activity_id=${activity.id}`)
  await phone.sees(names[2])
  await phone.set({ offline: true })
  await phone.tap(names[2])
  await phone.tap('为 1 人签到')
  await phone.sees(/已保存在手机上/)
  assert.equal((await activity.stats()).checked_in, 2)
  await phone.set({ offline: false })
  await until(() => activity.stats(), (stats) => stats.checked_in === 3)
  await until(() => activity.people(), (people) => people.length === 3)
})

test('the QR is renewed before it ends, replaced by hand, and hidden once it is of no use', async () => {
  const activity = await openActivity({ qr_period_s: 10 })
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.page.clock.install()
  await organiser.open(`organise/pages/qr/qr?activity_id=${activity.id}`)
  const first = await shownQr(organiser)
  await organiser.page.waitForFunction((url) => window.getCurrentPages().at(-1).qr.url !== url, first, { timeout: 30000 })
  await organiser.tap('立即更换')
  await organiser.answer('更换')
  await until(async () => (await activity.qr({ for_ms: 0 })).url, (url) => url !== first)
  await organiser.set({ offline: true })
  await organiser.sees('网络不可用', { timeout: 30000 })
  await organiser.page.clock.fastForward(10000)
  await organiser.sees('二维码已过期，正在获取新的', { timeout: 60000 })
  assert.ok(await organiser.page.locator('canvas.hidden').count(), 'nobody scans what would be refused')
})

test('without chunked requests the numbers come all the same', async () => {
  const activity = await openActivity()
  const organiser = await newPhone({ login: `sim:${activity.owner.name}`, capabilities: { chunked: false } })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.sees('已签到')
  const guest = await newPhone({ scan: (await activity.qr()).url })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到成功')
  await organiser.page.waitForFunction(() => window.getCurrentPages().at(-1).data.stats?.checked_in === 1)
})

test('an activity is ended from the phone, after a question', async () => {
  const activity = await openActivity()
  const { url } = await activity.qr()
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.tap('结束签到')
  await organiser.answer('结束')
  await organiser.sees('已结束')
  const guest = await newPhone({ scan: url })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到已结束')
})

test('afterwards a report is copied and forwarded, and kept in an album that is allowed', async () => {
  const activity = await openActivity({ title: TITLE, methods: ['code'], policy: { fence: 'off' }, from: -10, late_after_s: 60 })
  const guest = await named('李雷')
  await guest.come(activity.code)
  await until(() => activity.stats(), ({ checked_in }) => checked_in === 1)
  await activity.owner.post(`${activity.path}/close`)
  const organiser = await newPhone({ login: `sim:${activity.owner.name}`, album: 'denied' })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.tap('分享战报')
  await organiser.sees(`【${TITLE}】`)
  await organiser.tap('复制战报')
  await organiser.page.locator('.h-toast').getByText('已复制').waitFor()
  const [{ options: { data } }] = await organiser.calls('setClipboardData')
  assert.match(data, /^【秋季新生入学教育与专业介绍大会】今天 .*\n实到1 迟到1$/)

  await organiser.tap('带上名字')
  await organiser.sees('迟到：李雷')
  await organiser.tap('生成图片')
  await organiser.tap('转发图片')
  await organiser.tap('保存到相册')
  await organiser.answer('去设置')
  await organiser.answer('允许')
  await organiser.tap('保存到相册')
  await organiser.page.locator('.h-toast').getByText('已保存到相册').waitFor()
})

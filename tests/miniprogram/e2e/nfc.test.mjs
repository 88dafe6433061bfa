/** Tags that are touched: read, opened by their link, refused, written, and taken out of use. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { Chip } from './chip.mjs'
import { scene } from './scene.mjs'
import { newAttemptId, newName, openActivity, OUTSIDE, signIn, until } from './stack.mjs'

const SUCCESS = '签到成功'
const VECTORS = JSON.parse(fs.readFileSync(new URL('../../vectors/nfc_tags.json', import.meta.url), 'utf8'))
const WITH_NFC = { capabilities: { nfc: true } }
const TOUCHED = '也可以用手机背面碰签到标签'

const { phone: newPhone } = scene()

const tagged = (changes = {}) => openActivity({ methods: ['qr', 'code', 'nfc'], ...changes })
const tagOf = (activity, kind = 'static', label = '东门') => activity.owner.post(`${activity.path}/nfc-tags`, { kind, label })
const chipOf = async (activity) => new Chip((await tagOf(activity, 'sun')).sun)

/** Whether the program heard of it. */
const touch = (phone, tag) => phone.page.evaluate((touched) => window.__fx.touch(touched), tag)
const opened = (phone, url) => phone.open(`pages/checkin/checkin?q=${encodeURIComponent(url)}`)
const counted = (activity, checked_in) => until(() => activity.stats(), (stats) => stats.checked_in === checked_in)

/** A tag that checkin knows: it may be some seconds behind. */
const known = async (activity, url) => {
  const somebody = await signIn(newName('first'))
  const token = url.split('/n/')[1]
  const outcome = () => somebody.post('/v1/checkins', {
    attempt_id: newAttemptId(), method: 'nfc', token, device_id: crypto.randomUUID(),
    location: { ...OUTSIDE, accuracy: undefined, accuracy_m: 10, coord: 'gcj02', age_ms: 0 },
  }).then(() => '', (error) => error.message)
  await until(outcome, (said) => !said.includes('NFC_UNKNOWN'))
}

test('the chip of these tests says what the published vectors say', () => {
  for (const row of VECTORS.sun) {
    const padding = row.padding === undefined ? undefined : Buffer.from(row.padding, 'hex')
    const { e, c } = new Chip(row, { uid: row.uid, counter: row.counter - 1, padding }).mirror()
    assert.equal(c, row.c, row.name)
    if (padding) assert.equal(e, row.e, row.name)
  }
})

test('a touch checks in without a tap, on the page and at home, and the program lets go of tags', async () => {
  const activity = await tagged()
  const { url } = await tagOf(activity)
  await known(activity, url)
  const phone = await newPhone(WITH_NFC)
  await phone.open('pages/checkin/checkin')
  await phone.sees(TOUCHED)
  assert.equal(await touch(phone, { url: 'https://example.com/menu' }), true)
  await phone.page.locator('.h-toast').getByText('这不是本系统的签到标签').waitFor()
  await touch(phone, { url })
  await phone.sees(SUCCESS)
  await phone.sees(activity.title)
  assert.equal(await touch(phone, { url }), false)
  await phone.tap('完成')
  await phone.sees('我要签到')
  await until(() => touch(phone, { url }), Boolean)
  await phone.sees('你已签到')
  assert.equal(phone.taps, 1)
  await counted(activity, 1)
})

test('the link of a tag opens the answer from a cold phone, and a chip that counts is believed once', async () => {
  const activity = await tagged()
  const chip = await chipOf(activity)
  await known(activity, chip.touch())
  const link = chip.touch()
  const first = await newPhone({ scene: 1011 })
  await opened(first, link)
  await first.sees(SUCCESS)
  assert.equal(first.taps, 0)

  const second = await newPhone(WITH_NFC)
  await opened(second, link)
  await second.sees('NFC 标签已被使用')
  await second.tap('再碰一次标签')
  await second.sees('手机背面靠近标签')
  await touch(second, { url: chip.touch() })
  await second.sees(SUCCESS)
  assert.equal(second.taps, 1)
  await counted(activity, 2)
})

test('a static tag outside asks to come nearer and is sent again; what counts asks for another touch', async () => {
  const activity = await tagged()
  const chip = await chipOf(activity)
  await known(activity, chip.touch())
  const phone = await newPhone({ ...WITH_NFC, location: OUTSIDE })
  await opened(phone, chip.touch())
  await phone.sees('不在签到范围')
  await phone.tap('我已走近，再试一次')
  await phone.sees('碰一下签到标签')
  assert.equal((await phone.calls('request')).filter(({ options }) => options.url.endsWith('/v1/checkins')).length, 1)
})

test('a QR of the link of a tag is as good as the tag; one that is revoked is told, and a static one needs the place', async () => {
  const activity = await tagged({ policy: { fence: 'review' } })
  const [{ url }, { tag, url: gone }] = [await tagOf(activity), await tagOf(activity, 'static', '西门')]
  await known(activity, url)
  const phone = await newPhone({ scan: url, location: 'denied' })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('待人工核验')

  await activity.owner.call('DELETE', `${activity.path}/nfc-tags/${tag.tag_id}`)
  const stranger = await signIn(newName('stranger'))
  const said = () => stranger.post('/v1/checkins', { attempt_id: newAttemptId(), method: 'nfc', token: gone.split('/n/')[1], device_id: crypto.randomUUID() }).then(() => '', (error) => error.message)
  await until(said, (message) => message.includes('NFC_UNKNOWN'))
  const other = await newPhone()
  await opened(other, gone)
  await other.sees('无法识别的 NFC 标签')
})

test('a touch without a network waits on the phone, and is sent once it is back', async () => {
  const activity = await tagged()
  const { url } = await tagOf(activity)
  await known(activity, url)
  const phone = await newPhone(WITH_NFC)
  await phone.open('pages/checkin/checkin')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
  await phone.sees(TOUCHED)
  await phone.set({ offline: true })
  await touch(phone, { url })
  await phone.sees('已保存在手机上')
  await phone.set({ offline: false })
  await phone.sees('待人工核验')
})

test('why tags are not read is told, with what to do, and they are once that is done', async () => {
  const activity = await tagged()
  const at = `pages/checkin/checkin?activity_id=${activity.id}`
  const phone = await newPhone({ ...WITH_NFC, nfc: 'off' })
  await phone.open(at)
  await phone.sees('NFC 已关闭，请在手机的系统设置中打开后再试')
  await phone.set({ nfc: 'denied' })
  await phone.tap('重试')
  await phone.sees('微信没有使用 NFC 的权限')
  await phone.act('background')
  await phone.set({ nfc: 'on' })
  await phone.act('foreground')
  await phone.sees(TOUCHED)
  await phone.act('background')
  assert.equal(await touch(phone, { url: 'https://example.com' }), false)
  await phone.act('foreground')

  for (const [fx, told] of [[{ platform: 'ios' }, 'iPhone：亮屏时用手机顶部碰一下标签'], [{}, '这台手机的微信不能读标签'], [{ ...WITH_NFC, nfc: 'none' }, '这台手机的微信不能读标签']]) {
    const without = await newPhone(fx)
    await without.open(at)
    await without.tap('其他方式')
    await without.tap('现场有 NFC 标签？')
    await without.sees(told)
  }
})

test('an organiser turns tags on, writes one, reads it back, sees when it was touched, and revokes it', async () => {
  const activity = await openActivity({ gates: ['东门', '西门'] })
  const phone = await newPhone({ ...WITH_NFC, login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await phone.tap('NFC 标签')
  await phone.sees('还没有标签')
  await phone.tap('开启碰标签签到', { exact: true })
  await phone.text('还没有开启碰标签签到').waitFor({ state: 'detached' })
  await phone.tap('添加标签', { exact: true })
  await phone.page.locator('.h-toast').getByText('请填写标签名称').waitFor()
  await phone.page.locator('.h-page:not([hidden]) input').fill('东门左侧')
  await phone.tap('东门', { exact: true })
  await phone.tap('添加标签', { exact: true })
  await phone.sees('“东门左侧”已添加')

  await phone.tap('用这台手机写入')
  await phone.sees('把标签贴在手机背面，不要动')
  await touch(phone, { name: 'locked', is_locked: true })
  await phone.sees('这个标签不能写入链接')
  await touch(phone, { name: 'lost', is_lost: true })
  await phone.sees('没有贴稳')
  await touch(phone, { name: 'bad', is_bad: true })
  await phone.sees('拿开标签，再碰一次')
  await touch(phone, { name: 'bad' })
  await phone.sees('读出的内容不一致')
  await touch(phone, { name: 'good' })
  await phone.sees('拿开标签，再碰一次')
  await touch(phone, { name: 'good' })
  await phone.sees('内容一致，可以贴出去了')
  await phone.sees('“东门左侧”已写好')
  const { url } = await phone.page.evaluate(() => window.__fx.tags.good)
  await phone.sees(url)

  await known(activity, url)
  const guest = await newPhone()
  await opened(guest, url)
  await guest.sees(SUCCESS)
  await until(() => activity.owner.get(`${activity.path}/nfc-tags`), ({ tags: [tag] }) => tag.last_seen_at && tag.gate === '东门')
  await phone.act('background')
  await phone.act('foreground')
  await phone.sees(/最近一次 今天 \d\d:\d\d/)
  await phone.tap('停用', { exact: true })
  await phone.answer('停用')
  await phone.sees('已停用')
})

test('a tag that was added at a desk is written with a phone, and once more when its sticker is lost', async () => {
  const activity = await tagged()
  const { tag, url } = await tagOf(activity, 'static', '东门')
  await tagOf(activity, 'sun', '签到台')
  const phone = await newPhone({ ...WITH_NFC, login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/tags/tags?activity_id=${activity.id}`)
  await phone.sees('签到台')
  for (const name of ['first', 'second']) {
    await phone.page.getByRole('button', { name: '写入 东门' }).click()
    await phone.sees('把“东门”写到标签上')
    await phone.sees('把标签贴在手机背面，不要动')
    await touch(phone, { name })
    await phone.sees('拿开标签，再碰一次')
    await touch(phone, { name })
    await phone.sees('“东门”已写好')
    assert.equal((await phone.page.evaluate((on) => window.__fx.tags[on], name)).url, url)
  }
  await phone.page.getByRole('button', { name: '停用 东门' }).click()
  await phone.answer('停用')
  await phone.text('“东门”已写好').waitFor({ state: 'detached' })
  assert.ok((await activity.owner.get(`${activity.path}/nfc-tags`)).tags.find(({ tag_id }) => tag_id === tag.tag_id).revoked_at)

  const without = await newPhone({ login: `sim:${activity.owner.name}` })
  await tagOf(activity, 'static', '西门')
  await without.open(`organise/pages/tags/tags?activity_id=${activity.id}`)
  await without.tap('复制', { exact: true })
  assert.match((await without.calls('setClipboardData')).at(-1).options.data, /\/n\/[\w-]{59}$/)
})

test('a tag that counts is shown once with what its tool needs; where nothing can be written the link is copied', async () => {
  const activity = await tagged()
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/tags/tags?activity_id=${activity.id}`)
  const label = phone.page.locator('.h-page:not([hidden]) input')
  await label.fill('讲台')
  await phone.tap('添加标签', { exact: true })
  await phone.sees('这台手机不能写标签')
  await phone.tap('复制链接', { exact: true })
  const copied = async () => (await phone.calls('setClipboardData')).at(-1).options.data
  assert.match(await copied(), /\/n\/[\w-]{59}$/)

  await label.fill('签到台')
  await phone.tap('防复制标签')
  await phone.tap('添加标签', { exact: true })
  await phone.sees('密钥只显示这一次')
  await phone.tap('复制全部')
  const sheet = Object.fromEntries((await copied()).split('\n').slice(1).map((line) => line.split(': ')))
  const chip = new Chip(sheet)
  const guest = await newPhone()
  await known(activity, chip.touch())
  await opened(guest, chip.touch())
  await guest.sees(SUCCESS)
})

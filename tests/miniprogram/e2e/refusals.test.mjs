/** Each refusal says why, by how much, and what to do. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { scene } from './scene.mjs'
import { INSIDE, LATER_POSITION, newName, openActivity, OUTSIDE, signIn, until } from './stack.mjs'

const WRONG_CODES = 20
/** A QR of ten seconds is taken five more, and the second in which those end. */
const GRACE_MS = 6000

const { phone: newPhone } = scene()

/** A QR as it was shown before the others began: by its turn it is over, or nearly. */
let photograph

before(async () => { photograph = await (await openActivity({ qr_period_s: 10 })).qr({ for_ms: 0 }) })

/** Scans on a new phone, and waits for all of these texts. */
const scanSees = async (scan, texts, fx = {}) => {
  const phone = await newPhone({ scan, ...fx })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  for (const text of texts) await phone.sees(text)
  return phone
}

const typeCode = async (phone, code) => {
  await phone.tap('其他方式')
  await phone.page.getByPlaceholder('6 位签到码').fill(code)
  await phone.tap('签到', { exact: true })
}

test('outside the fence: distance and radius are told', async () => {
  const activity = await openActivity()
  const { url } = await activity.qr()
  const phone = await scanSees(url, ['不在签到范围', /距活动地点 2\.2 公里，须在 200 米内/, '请走近后再试', '重新扫码', /请求编号/], { location: OUTSIDE })
  assert.equal((await activity.stats()).checked_in, 0)
  await phone.set({ location: INSIDE, ...LATER_POSITION })
  await phone.tap('重新扫码')
  await phone.sees('签到成功')
})

/** What is none of ours by sight is told by its name, and no server hears of it. */
const FOREIGN = [
  ['134567890123456789', '这是付款码'],
  ['wxp://f2f0abcdefghijklmnopqrstuvwxyz', '这是收款码'],
  ['https://login.weixin.qq.com/l/IabcXYZ', '这是登录码'],
  ['http://127.0.0.1:8080/c/0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55', '这是登录电脑的二维码'],
  ['https://u.wechat.com/abcdefghijkl', '这是名片或群二维码'],
  ['WIFI:S:hall;T:WPA;P:secret;;', '这是 Wi-Fi 码'],
  ['https://example.com/q/AQEUMEr8rzI4w3zwDyDeFLBsvSCSrawiN67Rgz3WBARbWo0snNcuss2m5o7WxQFPq-4wtGj7r8U', '这是别的网址'],
  ['http://127.0.0.1:8080/q/nonsense', '这是别的网址'],
  ['0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55', '这不是签到二维码'],
  ['202612345678', '这不是签到二维码'],
]

test('codes that are none of ours are told by their name, at once, and leave nothing behind', async () => {
  const name = newName('curious')
  const phone = await newPhone({ login: `sim:${name}` })
  await phone.open('pages/checkin/checkin')
  for (const [scan, told] of FOREIGN) {
    await phone.set({ scan })
    await phone.tap('扫一扫')
    await phone.page.locator('.h-toast').getByText(told).waitFor()
  }
  await phone.set({ scan: '', scan_type: 'WX_CODE' })
  await phone.tap('扫一扫')
  await phone.page.locator('.h-toast').getByText('这是小程序码').waitFor()
  const sent = (await phone.calls('request')).filter(({ options }) => options.url.endsWith('/v1/checkins'))
  assert.deepEqual(sent, [])
  assert.deepEqual((await (await signIn(name)).get('/v1/me/checkins')).checkins, [])
})

test('the scanner of WeChat, on a link that is none of ours, is told the same', async () => {
  const phone = await newPhone()
  await phone.open(`pages/checkin/checkin?q=${encodeURIComponent('https://example.com/q/abc')}`)
  await phone.page.locator('.h-toast').getByText('这是别的网址').waitFor()
})

test('a QR that was tampered with', async () => {
  const { url } = await (await openActivity()).qr()
  const at = url.length - 4
  await scanSees(url.slice(0, at) + (url[at] === 'A' ? 'B' : 'A') + url.slice(at + 1), ['未能签到', '二维码无效', '重新扫码'])
})

test('a QR that is over, from a photograph', async () => {
  await until(Date.now, (now) => now > Date.parse(photograph.expires_at) + GRACE_MS)
  await scanSees(photograph.url, ['未能签到', '二维码已过期', /过期 .*[秒分]/, '重新扫码'])
})

test('a QR that the organiser replaced', async () => {
  const activity = await openActivity()
  const { url } = await activity.qr()
  await activity.revoke()
  await scanSees(url, ['未能签到', '二维码已被组织者更换'])
})

test('a wrong code', async () => {
  const phone = await newPhone()
  await phone.open('pages/checkin/checkin')
  await typeCode(phone, 'ZZZZZZ')
  await phone.sees('签到码不正确')
  await phone.tap('重新输入签到码')
  await phone.sees('没有二维码？输入签到码')
})

test('too many wrong codes', async () => {
  const name = newName('guesser')
  const phone = await newPhone({ login: `sim:${name}` })
  const guesser = await signIn(name)
  const guess = () => guesser.call('GET', '/v1/activities/resolve?code=ZZZZZZ').catch((error) => error.message)
  let said = ''
  for (let tries = 0; tries < WRONG_CODES && !said.includes('CODE_LOCKED'); tries += 1) said = await guess()
  await phone.open('pages/checkin/checkin')
  await typeCode(phone, 'ZZZZZZ')
  await phone.sees('签到码错误次数过多')
  await phone.sees('可以改为扫描二维码')
})

test('before it opens', async () => {
  const { url } = await (await openActivity({ from: 60, to: 120 })).qr()
  await scanSees(url, ['未能签到', '签到尚未开始', /还有 59 分钟/])
})

test('after it ended', async () => {
  const { url } = await (await openActivity({ from: -120, to: -10 })).qr()
  await scanSees(url, ['未能签到', '签到已结束', /已结束 10 分钟/])
})

test('a cancelled activity', async () => {
  const activity = await openActivity()
  const { url } = await activity.qr()
  await activity.cancel()
  await scanSees(url, ['未能签到', '活动已取消'])
})

test('a way that this activity does not take', async () => {
  const activity = await openActivity({ methods: ['qr'] })
  const phone = await newPhone()
  await phone.open('pages/checkin/checkin')
  await typeCode(phone, activity.code)
  await phone.sees('本活动不支持这种签到方式')
})

test('no seat left', async () => {
  const activity = await openActivity({ capacity: 1 })
  const { url } = await activity.qr()
  await scanSees(url, ['签到成功'])
  await scanSees(url, ['未能签到', '名额已满', '共 1 人'])
})

test('no position where one is needed goes to a person, and can be tried again', async () => {
  const { url } = await (await openActivity()).qr()
  await scanSees(url, ['待人工核验', '没有收到定位', '用精确定位再试'], { location: 'none' })
})

test('a doubt goes to a person, who is told of it', async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const { url } = await activity.qr()
  const phone = await scanSees(url, ['待人工核验', '不在签到范围'], { location: OUTSIDE })
  await activity.decide('approve')
  await phone.sees('签到成功')
})

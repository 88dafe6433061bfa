/** Whoever says no, and phones that cannot, still have a way. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { INSIDE, openActivity, WIFI } from './stack.mjs'

const { phone: newPhone } = scene()

test('location denied: the reason is told, the settings are one tap away, then it works', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, location: 'denied', location_when_allowed: INSIDE })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('没有定位权限')
  await phone.tap('打开定位设置')
  await phone.answer('允许')
  await phone.sees('签到成功')
})

test('privacy guide refused: nothing is read from the phone, and the code still works where no place is asked for', async () => {
  const activity = await openActivity({ place: null, policy: { fence: 'off' }, methods: ['qr', 'code'] })
  const phone = await newPhone({ privacy: 'needed' })
  await phone.open('pages/checkin/checkin')
  await phone.tap('暂不同意')
  await phone.tap('其他方式')
  await phone.page.getByPlaceholder('6 位签到码').fill(activity.code)
  await phone.tap('签到', { exact: true })
  await phone.sees('签到成功')
  const [sent] = (await phone.calls('request')).filter(({ options }) => options.url.endsWith('/v1/checkins'))
  assert.equal(JSON.parse(sent.options.data).location, undefined)
})

test('a phone without Wi-Fi APIs and chunked requests checks in all the same', async () => {
  const activity = await openActivity({ wifi: [WIFI] })
  const phone = await newPhone({ scan: (await activity.qr()).url, capabilities: { wifi: false, chunked: false } })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('签到成功')
})

test('a phone without any position is told what is missing', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url, capabilities: { location: false, wifi: false } })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('没有收到定位')
})

test('messages are asked for from a tap, and the granted ones are counted', async () => {
  const activity = await openActivity({ policy: { fence: 'review' } })
  const phone = await newPhone({ scan: (await activity.qr()).url, location: 'none' })
  await phone.open('pages/home/home')
  await phone.tap('我要签到')
  await phone.sees('待人工核验')
  await phone.tap('结果出来时通知我')
  await phone.page.getByText('好的，结果出来时通知你').waitFor()
  assert.equal((await phone.calls('requestSubscribeMessage')).length, 1)
})

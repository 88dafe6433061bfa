/** The phone's storage may be full or emptied at any time; people check in all the same, or are told. */

import { test } from 'node:test'
import { scene } from './scene.mjs'
import { openActivity, until } from './stack.mjs'

const { phone: newPhone } = scene()

const openSignedIn = async (phone) => {
  await phone.open('pages/home/home')
  await phone.page.waitForFunction(() => window.getApp().services.session.user())
}

test('a full storage stops nobody who has a network', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.set({ storage_limit: 0 })
  await phone.tap('我要签到')
  await phone.sees('签到成功')
  await until(() => activity.stats(), (stats) => stats.checked_in === 1)
})

test('a full storage without a network is told, what is said is what is kept, and it is sent all the same', async () => {
  const [first, second] = [await openActivity(), await openActivity()]
  const phone = await newPhone({ scan: (await first.qr()).url })
  await openSignedIn(phone)
  await phone.set({ offline: true })
  await phone.tap('我要签到')
  await phone.sees('已保存在手机上')
  await phone.tap('完成')
  await phone.set({ storage_limit: 0, scan: (await second.qr()).url })
  await phone.tap('我要签到')
  await phone.sees('还没有保存')
  await phone.sees(/手机存储已满：请不要关闭小程序/)
  await phone.tap('完成')
  await phone.sees('手机存储已满，1 条签到还没有保存，请不要关闭小程序')
  await phone.tap('我的记录')
  await phone.sees('未保存')
  await phone.set({ storage_limit: 10 * 1024 * 1024, offline: false })
  for (const activity of [first, second]) await until(() => activity.people(), (people) => people.length === 1)
})

test('who leaves while something is in memory only is told that it will be lost', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.set({ storage_limit: 0, offline: true })
  await phone.tap('我要签到')
  await phone.sees('还没有保存')
  await phone.tap('完成')
  await phone.page.locator('.avatar').tap()
  await phone.sees('1 条还没有保存，请不要关闭小程序')
  await phone.tap('退出登录')
  await phone.page.getByText('现在退出会丢失签到').waitFor()
  await phone.answer('取消')
  await phone.set({ offline: false })
  await until(() => activity.people(), (people) => people.length === 1)
})

test('a storage that the system emptied is filled again from the server', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.tap('我要签到')
  await phone.sees('签到成功')
  await phone.page.evaluate(() => window.wx.clearStorageSync())
  await openSignedIn(phone)
  await phone.tap('我的记录')
  await phone.sees(activity.title)
})

test('what waits survives a storage that is emptied while the program runs', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ scan: (await activity.qr()).url })
  await openSignedIn(phone)
  await phone.set({ offline: true })
  await phone.tap('我要签到')
  await phone.sees('已保存在手机上')
  await phone.page.evaluate(() => window.wx.clearStorageSync())
  await phone.set({ offline: false })
  await until(() => activity.people(), (people) => people.length === 1)
})

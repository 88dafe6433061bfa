/** An activity after it was made: edited while it runs, copied, opened again, tried before it counts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, PLACE, signIn, until, WIFI } from './stack.mjs'

const { phone: newPhone } = scene()

const field = (phone, label) => phone.page.locator('.h-page:not([hidden])').getByLabel(label, { exact: true })

const hub = ({ id }) => `organise/pages/hub/hub?activity_id=${id}`

const loaded = (phone, name) => phone.page.waitForFunction((wanted) => window.getCurrentPages().at(-1).data[wanted], name)

test('a running activity is edited, the participant\'s page follows, and a QR shown before goes on', async (context) => {
  const activity = await openActivity({ title: '新生讲座' })
  const shown = (await activity.qr()).url
  const guest = await newPhone({ scan: shown })
  await guest.open(`pages/activity/activity?activity_id=${activity.id}`)
  await guest.sees('新生讲座')

  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(hub(activity))
  await organiser.tap('修改', { exact: true })
  await loaded(organiser, 'is_ready')
  await organiser.sees('发布后不能更改')
  await field(organiser, '活动名称').fill('新生讲座（改到东厅）')
  await organiser.tap('更多设置')
  await field(organiser, '名额').fill('50')
  await organiser.tap('保存', { exact: true })
  await organiser.sees('新生讲座（改到东厅）')
  context.diagnostic(`taps to an edit ${organiser.taps}`)

  const began = Date.now()
  await guest.act('pullDown')
  await guest.sees('新生讲座（改到东厅）')
  context.diagnostic(`on the participant's page ${Date.now() - began} ms after a pull`)
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到成功')
  const { capacity, revision } = await activity.owner.get(activity.path)
  assert.deepEqual([capacity, revision], [50, 3])
})

test('who was second reads what was changed, keeps their own words and saves on the newest revision', async () => {
  const activity = await openActivity({ title: '例会', capacity: 80 })
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/form/form?activity_id=${activity.id}`)
  await loaded(phone, 'is_ready')
  await activity.owner.call('PATCH', activity.path, { revision: 2, capacity: 100 })
  await field(phone, '活动名称').fill('周三例会')
  await phone.tap('保存', { exact: true })
  await phone.sees('刚刚有人改过')
  await phone.sees('80 → 100')
  assert.equal((await activity.owner.get(activity.path)).title, '例会')
  await phone.tap('保存', { exact: true })
  const now = await until(() => activity.owner.get(activity.path), ({ title }) => title === '周三例会')
  assert.equal(now.capacity, 100)
})

test('the answer to a change is lost: the next tap finds it done and changes nothing', async () => {
  const activity = await openActivity({ title: '例会' })
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(hub(activity))
  await phone.tap('修改', { exact: true })
  await loaded(phone, 'is_ready')
  let is_lost = true
  await phone.page.route(`**/v1/activities/${activity.id}`, async (route) => {
    if (!is_lost || route.request().method() !== 'PUT') return route.continue()
    await route.fetch()
    is_lost = false
    return route.abort('timedout')
  })
  await field(phone, '活动名称').fill('周三例会')
  await phone.tap('保存', { exact: true })
  await phone.sees('管理')
  await phone.sees('周三例会')
  assert.equal((await activity.owner.get(activity.path)).revision, 3)
})

test('fewer places than people are said before, and shown after', async () => {
  const activity = await openActivity({ place: null, policy: {}, methods: ['code'] })
  for (const name of ['one', 'two']) await (await signIn(newName(name))).come(activity.code)
  await until(() => activity.stats(), ({ checked_in }) => checked_in === 2)
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(hub(activity))
  await organiser.tap('修改', { exact: true })
  await loaded(organiser, 'taken')
  await organiser.tap('更多设置')
  await organiser.sees('已有 2 人签到')
  await field(organiser, '名额').fill('1')
  await organiser.tap('保存', { exact: true })
  await organiser.sees('超出名额 1 人')
})

test('a copy of another day is a draft; it is tried out, published, and the trial is gone', async () => {
  const activity = await openActivity({ title: '周三例会' })
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(hub(activity))
  await organiser.sees('管理')
  await organiser.tap('复制到另一天')
  await organiser.page.locator('.h-mask input').fill('2027-03-03')
  await organiser.answer('确定')
  await organiser.sees('草稿')
  await organiser.sees(/2027年3月3日/)
  await organiser.tap('试运行')
  await organiser.answer('开始')
  await organiser.sees('试运行中')
  await organiser.tap('展示二维码')
  await organiser.sees('试运行')
  const url = await organiser.page.waitForFunction(() => window.getCurrentPages().at(-1).qr?.url).then((found) => found.jsonValue())
  const trial = await organiser.page.evaluate(() => window.getCurrentPages().at(-1).activity_id)

  const guest = await newPhone({ scan: url })
  await guest.open(`pages/activity/activity?activity_id=${trial}`)
  await guest.sees('试运行，不计入统计')
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到成功')

  await organiser.page.locator('.h-back').tap()
  await organiser.sees('试运行中')
  await organiser.page.locator('.h-back').tap()
  await organiser.tap('发布', { exact: true })
  await organiser.sees('已发布')
  assert.equal((await activity.owner.get(`/v1/activities/${trial}`)).state, 'cancelled')
})

test('what was closed is opened again, and a draft is thrown away', async () => {
  const activity = await openActivity()
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(hub(activity))
  await organiser.tap('结束签到')
  await organiser.answer('结束')
  await organiser.tap('重新开放签到')
  await organiser.answer('开放')
  await organiser.sees('已发布')

  const draft = await activity.owner.post(`${activity.path}/copy`, { starts_at: '2027-03-03T09:00:00' })
  await organiser.open('organise/pages/activities/activities')
  await organiser.tap('草稿')
  await organiser.tap('删除草稿')
  await organiser.answer('删除')
  await organiser.sees('我的组织')
  await assert.rejects(activity.owner.get(`/v1/activities/${draft.id}`), /404/)
})

test('a place is saved with its Wi-Fi, learned on the spot by staff, and chosen for the next activity', async () => {
  const activity = await openActivity()
  const chosen = { name: PLACE.name, address: '一二一大街', latitude: PLACE.latitude, longitude: PLACE.longitude }
  const organiser = await newPhone({ login: `sim:${activity.owner.name}`, chooseLocation: chosen, wifi: { SSID: WIFI.ssid, BSSID: WIFI.bssid } })
  await organiser.open('organise/pages/form/form')
  await organiser.tap('选择地点')
  await organiser.tap('教室 100 米')
  await organiser.tap('添加当前 Wi-Fi')
  await organiser.sees('1 个接入点')
  await organiser.tap('保存为常用地点')
  await organiser.sees('从常用地点选择')

  const staff = await signIn(newName('staff'))
  await activity.owner.enlist(activity.organisation_id, staff, 'staff')
  const around = [{ SSID: WIFI.ssid, BSSID: '0a:1b:2c:3d:4e:60' }, { SSID: 'cafe', BSSID: '00:11:22:33:44:55' }]
  const helper = await newPhone({ login: `sim:${staff.name}`, wifi: { SSID: WIFI.ssid, BSSID: WIFI.bssid }, wifi_list: around })
  await helper.open(`organise/pages/places/places?organisation_id=${activity.organisation_id}`)
  await helper.sees('签到范围 100 米 · 1 个 Wi-Fi')
  await helper.tap('在现场识别 Wi-Fi')
  await helper.sees('2 个 Wi-Fi')

  await organiser.open('organise/pages/form/form')
  await organiser.tap('从常用地点选择')
  await organiser.answer(PLACE.name)
  await organiser.sees('2 个接入点')
  await field(organiser, '活动名称').fill('新生讲座')
  await organiser.tap('先存为草稿')
  const drafts = async () => (await activity.owner.get('/v1/activities')).activities.filter(({ state }) => state === 'draft')
  const [made] = await until(drafts, (found) => found.length === 1)
  assert.deepEqual([made.place.radius_m, made.wifi.length], [100, 2])
})

test('a screen gets a link that opens once, shows that it is open, and is put out from the phone', async (context) => {
  const activity = await openActivity()
  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(hub(activity))
  await organiser.tap('屏幕')
  await organiser.tap('签到墙')
  await organiser.tap('部分显示')
  await organiser.tap('生成链接')
  await organiser.sees('只能打开一次')
  context.diagnostic(`taps to a screen's link ${organiser.taps}`)
  await organiser.tap('复制链接')
  const [{ options: { data: url } }] = await organiser.calls('setClipboardData')
  await organiser.sees('等待打开')

  const opened = await activity.owner.post('/v1/displays/open', { code: url.split('/d/')[1] })
  assert.deepEqual([opened.display.kind, opened.display.show_names, opened.activity.id], ['wall', 'masked', activity.id])
  await organiser.act('background')
  await organiser.act('foreground')
  await organiser.sees('正在显示')
  await organiser.tap('停用')
  await organiser.answer('停用')
  await organiser.sees('已停用')
})

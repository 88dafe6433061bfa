/** Files of history on the phone: asked for, made, opened and sent on; and what the hub tells of before. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

test('from the hub a file is made, opened and sent into a chat; what runs is called off; and one sees when people came', async (context) => {
  const activity = await openActivity({ methods: ['code'], place: undefined, policy: undefined })
  await (await signIn(newName('comer'))).come(activity.code)
  await until(() => activity.stats(), ({ checked_in }) => checked_in === 1)
  const from = `${new Date(Date.now() - 86400000).toISOString().slice(0, 10)}`
  const to = `${new Date(Date.now() + 86400000).toISOString().slice(0, 10)}`
  const trends = () => activity.owner.get(`/v1/organisations/${activity.organisation_id}/trends?activity_id=${activity.id}&from=${from}&to=${to}`)
  await until(trends, ({ period }) => period.curves.length === 1)

  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await phone.sees('到场时间')
  await phone.sees(/最多的是.*，1 人/)
  await phone.tap('导出', { exact: true })
  await phone.tap('签到明细', { exact: true })
  await phone.tap('生成文件')
  await phone.sees('已完成')
  await phone.sees(/前可以下载/)
  const { exports: [made] } = await activity.owner.get('/v1/exports')
  assert.deepEqual([made.report, made.format, made.activity_id, made.state], ['checkins', 'xlsx', activity.id, 'done'])
  await phone.page.getByLabel(`下载 ${made.file_name}`).tap()
  await phone.tap('下载并打开')
  await phone.sees('再次打开')
  context.diagnostic(`taps from the hub to an open file ${phone.taps + 1}`)
  await phone.tap('发送到聊天')
  await until(() => phone.calls('shareFileMessage'), ({ length }) => length === 1)
  assert.equal((await phone.calls('openDocument')).length, 1)

  // One that still runs is called off; what is over stays as it is.
  const running = { ...made, state: 'running', progress: 40, file_name: '' }
  await phone.page.route(/\/v1\/exports\?/, (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify({ exports: [running], next_page_token: '' }) }))
  const asked = phone.page.waitForResponse((response) => response.url().endsWith(`/v1/exports/${made.id}/cancel`))
  await phone.open(`organise/pages/exports/exports?activity_id=${activity.id}`)
  await phone.page.getByLabel('取消 签到明细').tap()
  assert.equal((await (await asked).json()).state, 'done')
})

test('what a schedule made is told in the inbox, and leads to its file', async () => {
  const activity = await openActivity({ methods: ['code'], place: undefined, policy: undefined })
  const { owner, organisation_id } = activity
  const plan = { title: '课后名单', report: 'people', format: 'xlsx', activity_id: activity.id, columns: ['name', 'status'], filters: {}, rhythm: 'after_close', to_inbox: true, webhook_ids: [] }
  await owner.post(`/v1/organisations/${organisation_id}/export-schedules`, plan)
  const phone = await newPhone({ login: `sim:${owner.name}` })
  await phone.open('organise/pages/activities/activities')
  await phone.tap('消息')
  await phone.sees('还没有消息')

  const [told, paused] = ['export_ready', 'schedule_paused'].map((kind, number) => ({
    id: `0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c5${number}`, kind, organisation_id, export_id: number ? null : activity.id, title: '课后名单', reason: number ? 'OWNER_LOST_RIGHT' : null,
    figures: number ? null : { expected: 40, came: 36, leave: 2 }, created_at: new Date().toISOString(), read_at: null,
  }))
  const answer = (json) => (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(json) })
  await phone.page.route(/\/v1\/me\/inbox(\?|$)/, answer({ messages: [told, paused], next_page_token: '', unread_count: 2 }))
  await phone.open('organise/pages/inbox/inbox')
  await phone.sees('应到 40 · 实到 36 · 签到率 94.7%')
  await phone.sees('请在电脑上打开“导出”')
  await phone.page.route(/\/v1\/me\/inbox\/read$/, answer({ unread_count: 1 }))
  await phone.tap('“课后名单”已暂停')
  await until(() => phone.page.getByText('未读').count(), (count) => count === 1)
  await phone.tap('“课后名单”已生成')
  await phone.sees('我的文件')
})

test('an organisation has a register of a period; a file that is pointed at comes first, and nobody sees another\'s', async () => {
  const activity = await openActivity()
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/exports/exports?organisation_id=${activity.organisation_id}`)
  await phone.tap('最近一年', { exact: true })
  await phone.tap('CSV', { exact: true })
  await phone.tap('生成文件')
  await phone.sees('已完成')
  const { exports: [made] } = await activity.owner.get('/v1/exports')
  assert.deepEqual([made.report, made.format, made.organisation_id, made.activity_id], ['register', 'csv', activity.organisation_id, null])
  const pointed = `organise/pages/exports/exports?activity_id=${activity.id}&export_id=${made.id}`
  await phone.open(pointed)
  await phone.tap('下载并打开')
  await phone.sees('手机打不开这种文件')
  const stranger = await newPhone()
  await stranger.open(pointed)
  await stranger.sees('没有找到')
})

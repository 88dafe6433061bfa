/** Staff at a door scan one after the other, with a network and without. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hire, hold, newcomer, openDoor, scanAt } from './door.mjs'
import { scene } from './scene.mjs'
import { newAttemptId, until } from './stack.mjs'

const { phone: newPhone } = scene()

/** A phone of whoever runs an activity, and of somebody else who is staff there. */
const ofOwner = ({ owner }, fx = {}) => newPhone({ login: `sim:${owner.name}`, ...fx })

const ofStaff = async (activity, name) => {
  const person = await hire(activity, name)
  return Object.assign(await newPhone({ login: `sim:${person.name}` }), { person })
}

const letIn = async (phone, code, name) => {
  await hold(phone, code)
  await phone.sees(name)
  await phone.tap('签到', { exact: true })
}

const tones = (phone) => phone.calls('tone')

test('one after the other: who it is, one tap, and the next; whoever comes again is told when, where and by whom', async () => {
  const activity = await openDoor(['王小明', '李小红'])
  const [wang, li] = activity.people
  const one = await ofStaff(activity, '王老师')
  const another = await ofOwner(activity)
  await scanAt(one, activity)
  await hold(one, wang.code(activity))
  await one.sees('第一次到')
  await one.sees('王小明')
  await one.sees('一班')
  await one.tap('签到', { exact: true })
  await one.sees('签到成功')
  assert.ok((await tones(one)).length >= 2, 'it is heard')
  await letIn(one, li.code(activity), '李小红')
  await one.sees('签到成功')

  await scanAt(another, activity, '南门')
  await hold(another, wang.code(activity))
  await another.sees('已签到')
  await another.sees(/北门 · 由 王老师/)
  assert.equal((await until(() => activity.stats(), (stats) => stats.checked_in === 2)).checked_in, 2)
})

test('without a tap: 连续 lets in whoever is known, and stops for who is not right', async () => {
  const activity = await openDoor(['王小明', '李小红', '张伟'])
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  await phone.tap('连续', { exact: true })
  for (const [index, name] of ['王小明', '李小红', '张伟'].entries()) {
    await hold(phone, activity.people[index].code(activity))
    await phone.sees('签到成功')
    await phone.sees(name)
  }
  await hold(phone, activity.people[0].code(activity))
  await phone.sees('已签到')
  await until(() => activity.stats(), (stats) => stats.checked_in === 3)
})

test('a code of one\'s own phone is read, once, and by nobody else 40 s later', async () => {
  const activity = await openDoor(['王小明'])
  const guest = await newPhone({ login: `sim:${activity.people[0].person.name}` })
  await guest.open(`pages/activity/activity?activity_id=${activity.id}`)
  await guest.tap('我的签到码')
  await guest.sees(/秒后更新/)
  await guest.sees('王小明')
  await guest.sees('一班')
  assert.ok(await guest.page.evaluate(() => window.__fx.is_kept_on), 'the screen stays on')
  await guest.set({ offline: true })
  const shown = () => guest.page.evaluate(() => window.getCurrentPages().at(-1).text)
  const photograph = await shown()

  const staff = await ofOwner(activity)
  await scanAt(staff, activity)
  await letIn(staff, photograph, '王小明')
  await staff.sees('签到成功')
  // The clocks of both phones go on by forty seconds: the guest's draws another code, the photograph is over.
  await guest.set({ now_offset_ms: 40000 })
  await guest.page.waitForFunction((before) => window.getCurrentPages().at(-1).text !== before, photograph)
  const late = await ofOwner(activity, { now_offset_ms: 0 })
  await scanAt(late, activity)
  await hold(late, activity.people[0].code(activity, { ago_s: 40 }))
  await late.sees('签到码已过期')
  await late.sees(/可能是截图或照片/)
})

test('two staff at once with one code: one lets in, the other is told', async () => {
  const activity = await openDoor(['王小明'])
  const phones = await Promise.all([ofStaff(activity, '王老师'), ofStaff(activity, '李老师')])
  await Promise.all(phones.map((phone) => scanAt(phone, activity)))
  const code = activity.people[0].code(activity)
  await hold(phones[0], code)
  await phones[0].sees('第一次到')
  await hold(phones[1], code)
  await phones[1].sees('签到码已被使用')
  await phones[0].tap('签到', { exact: true })
  await phones[0].sees('签到成功')
})

test('what is no code of a person is told in a friendly word', async () => {
  const [activity, another] = [await openDoor(['王小明']), await openDoor(['李雷'])]
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  for (const [text, said] of [
    [(await activity.qr()).url, '这是活动的签到二维码'], ['http://127.0.0.1:8080/c/0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55', '这是登录电脑的二维码'], ['https://u.wechat.com/abc', '这是名片或群二维码'], ['WIFI:S:hall;;', '这是 Wi-Fi 码'],
    ['QDP1AAAA', '没有读完整'], [another.people[0].code(another), '这是另一个活动的签到码'],
  ]) {
    await hold(phone, text)
    await phone.sees(said)
  }
})

test('a label is scanned, or its code is typed', async () => {
  const activity = await openDoor(['王小明', '李小红'])
  const { people } = await activity.owner.get(`${activity.path}/door/people`)
  const [wang, li] = ['王小明', '李小红'].map((name) => people.find((one) => one.name === name).entry_code)
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  await letIn(phone, `QDE1${wang.replace('-', '')}`, '王小明')
  await phone.sees('签到成功')
  await phone.tap('查找')
  await phone.page.locator('.h-page:not([hidden]) input').fill(li.toLowerCase())
  await phone.sees('第一次到')
  await phone.sees('李小红')
})

test('somebody is found by name and by phone, and a walk-in is in within ten seconds', async (context) => {
  const activity = await openDoor(['王小明', '李小红'])
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  await phone.tap('查找')
  const field = (index = 0) => phone.page.locator('.h-page:not([hidden]) input').nth(index)
  await field().fill('小明')
  await phone.sees('找到 1 人')
  assert.ok(!(await phone.page.locator('.h-page:not([hidden])').innerText()).includes('20260000'), 'the number is masked')
  await phone.tap('王小明')
  await phone.sees('第一次到')
  await phone.tap('签到', { exact: true })
  await phone.sees('签到成功')

  const began = Date.now()
  await phone.tap('临时登记', { exact: true })
  await field(0).fill('赵敏')
  await field(1).fill('1234')
  await phone.tap('登记并签到')
  await phone.sees('签到成功')
  context.diagnostic(`a walk-in took ${Date.now() - began} ms of the program`)
  const names = async () => (await activity.owner.get(`${activity.path}/people`)).people.map(({ name }) => name)
  await until(names, (found) => found.includes('赵敏') && found.includes('王小明'))
})

test('offline and back: nobody is lost, nobody doubled, and what is refused later is told with its name', async () => {
  const activity = await openDoor(['王小明', '李小红', '张伟'])
  const [wang, li, zhang] = activity.people
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  await phone.set({ offline: true })
  await letIn(phone, wang.code(activity), '王小明')
  await phone.sees('已记录签到')
  await hold(phone, wang.code(activity))
  await phone.sees('已签到')
  await phone.sees(/北门 · 本机/)
  await phone.tap('临时登记', { exact: true })
  await phone.page.locator('.h-page:not([hidden]) input').first().fill('赵敏')
  await phone.tap('登记并签到')
  await phone.sees('已记录签到')
  // Meanwhile somebody comes in at another door, and their code is shown here once more.
  await activity.owner.post(`${activity.path}/checkins/batch`, { checkins: [{ attempt_id: newAttemptId(), roster_entry_id: activity.entries[2].id, direction: 'in', gate: '南门' }] })
  await letIn(phone, zhang.code(activity), '张伟')
  await phone.sees('已记录签到')
  await phone.sees('3 条待上传')
  await phone.set({ offline: false })
  await phone.page.waitForFunction(() => window.getCurrentPages().at(-1).data.waiting === 0)
  await letIn(phone, li.code(activity), '李小红')
  await phone.sees('签到成功')
  await phone.open('pages/home/home')
  await phone.tap(/你为他人签到的 1 条需要核实/)
  await phone.sees('张伟')
  await phone.sees(/今天 .* 南门 · 工作人员/)
  await phone.tap('知道了')
  await phone.sees('开始扫码')
  const stats = await until(() => activity.stats(), (found) => found.checked_in + found.pending_review >= 4)
  assert.equal(stats.checked_in + stats.pending_review, 4)
})

test('a phone that loses its role in the middle says so, and has nothing left', async () => {
  const activity = await openDoor(['王小明', '李小红'])
  const phone = await ofStaff(activity, '王老师')
  await scanAt(phone, activity)
  await letIn(phone, activity.people[0].code(activity), '王小明')
  await phone.sees('签到成功')
  await activity.owner.call('DELETE', `${activity.path}/staff/${phone.person.user.id}`)
  // Roles are believed for some seconds.
  await until(() => phone.person.get(activity.path).then(() => true, () => false), (may) => !may)
  await hold(phone, activity.people[1].code(activity))
  await phone.sees('你已不是这个活动的工作人员')
  const kept = await phone.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('wx:door:')))
  assert.deepEqual(kept, [])
})

test('staff whose phone is three hours off let people in at the right time, and are told', async () => {
  const activity = await openDoor(['王小明'])
  const phone = await ofOwner(activity, { now_offset_ms: -3 * 3600000 })
  await scanAt(phone, activity)
  await phone.sees(/手机时间慢了 3 小时/)
  await letIn(phone, activity.people[0].code(activity), '王小明')
  await phone.sees('签到成功')
})

test('without a camera WeChat\'s own scanner is left', async () => {
  const activity = await openDoor(['王小明'])
  const phone = await ofOwner(activity, { camera: 'denied' })
  await scanAt(phone, activity)
  await phone.sees('不能使用相机')
  await phone.set({ scan: activity.people[0].code(activity) })
  await phone.tap('扫一扫', { exact: true })
  await phone.sees('王小明')
})

test('who is on no list shows their own name', async () => {
  const activity = await openDoor(['王小明'])
  const somebody = await newcomer('司徒静')
  const phone = await ofOwner(activity)
  await scanAt(phone, activity)
  await hold(phone, somebody.code(activity))
  await phone.sees('司徒静')
})

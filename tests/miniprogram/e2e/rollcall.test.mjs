/** A roll call: by group, by the signed list, with reasons, of very many people, and over a network that breaks off. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { crowd, RollcallDouble } from './rollcall_double.mjs'
import { scene } from './scene.mjs'
import { newName, openListed, phoneOf, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

let activity

before(async () => {
  activity = await openListed([{ name: '王小明', number: '2026001', group: '一班' }])
})

/** A phone at the roll call of these people. */
const calling = async (people, { rows = {}, query = '', ...fx } = {}) => {
  const double = new RollcallDouble(people, rows)
  const phone = await newPhone({ login: `sim:${activity.owner.name}`, ...fx })
  await double.serve(phone)
  const page = `organise/pages/rollcall/rollcall?activity_id=${activity.id}${query}`
  await phone.open(page)
  await phone.sees(people[0].name)
  return { phone, double, page }
}

const line = (phone, name) => phone.page.getByRole('checkbox', { name: new RegExp(`^${name}\\b`) })

const data = (phone, name) => phone.page.evaluate((wanted) => window.getCurrentPages().at(-1).data[wanted], name)

test('a whole group is ticked, who is missing is not, and one tap says of all others that they are there', async (context) => {
  const { phone, double } = await calling(crowd(80, ['一班', '二班']), { rows: { 'entry-0': { status: 'checked_in', method: 'qr' }, 'entry-1': { answer: 'leave' } } })
  await phone.page.getByLabel('全组 一班').tap()
  await phone.tap('学生5', { exact: true })
  await phone.tap('学生6', { exact: true })
  await phone.sees('已选 36 人')
  await phone.tap('到 36', { exact: true })
  await phone.sees('已把 36 人记为“到”')
  context.diagnostic(`taps for a class of 40 with two missing ${phone.taps + 1}`)
  const [{ body }] = double.said
  assert.deepEqual([double.said.length, body.mark, body.reason, body.only_unset, body.people.length], [1, 'present', '现场点名', true, 36])
  assert.ok(!body.people.some(({ roster_entry_id: id }) => ['entry-0', 'entry-1', 'entry-4', 'entry-5', 'entry-40'].includes(id)))
  assert.match(await data(phone, 'sums'), /还没到 42 · 已到 37 · 请假 1/)

  await phone.tap('撤销', { exact: true })
  await phone.sees('已撤销，36 人恢复原样')
  assert.deepEqual([double.said[1].body.mark, double.said[1].body.people.length], ['none', 36])
  assert.match(await data(phone, 'sums'), /还没到 78 · 已到 1/)
})

test('one person is on leave for a reason, a second one for a reason of one\'s own, and who came meanwhile is left alone', async () => {
  const { phone, double } = await calling(crowd(20, ['一班']), { rows: { 'entry-2': { status: 'checked_in', mark: 'late', punctuality: 'late' } } })
  await phone.tap('学生1', { exact: true })
  await phone.tap('原因：现场点名')
  await phone.answer('病假')
  await phone.tap('请假', { exact: true })
  await phone.sees('已把 1 人记为“请假”')
  assert.deepEqual([double.said[0].body.mark, double.said[0].body.reason], ['leave', '病假'])

  // Chosen as unset; they checked in themselves before the tap.
  await phone.tap('学生2', { exact: true })
  await phone.tap('学生3', { exact: true })
  double.rows.set('entry-1', { ...double.named('entry-1'), status: 'checked_in', mark: null, is_listed: true, reasons: [], details: [] })
  await phone.tap('原因：现场点名')
  await phone.answer('其他原因')
  await phone.page.locator('.h-modal input').fill('提前离场')
  await phone.answer('确定')
  await phone.tap('未到', { exact: true })
  await phone.sees('已把 1 人记为“未到”')
  await phone.sees('1 人刚刚已签到或已有标记')
  assert.deepEqual(double.said.slice(1).map(({ body }) => [body.only_unset, body.reason, body.people[0].roster_entry_id]),
    [[true, '提前离场', 'entry-1'], [false, '提前离场', 'entry-2']])

  await phone.tap('撤销', { exact: true })
  await phone.sees('已撤销，1 人恢复原样')
  assert.deepEqual([double.said[3].body.mark, double.rows.get('entry-2').mark], ['late', 'late'])
  await phone.tap('学生1', { exact: true })
  await phone.tap('撤销标记')
  await phone.sees('已撤销 1 人的标记')
  assert.equal(double.rows.get('entry-0').mark, null)
})

test('six hundred people are said in pages; what breaks off goes on, also after the program was killed, and nobody twice', async () => {
  const { phone, double, page } = await calling(crowd(600, ['一班']))
  await phone.page.getByLabel('全组 一班').tap()
  double.faults = [undefined, { is_late: true }, {}, {}]
  await phone.tap('到 600', { exact: true })
  await phone.sees('还有 400 人没有提交')
  const lost = double.said[1].key
  double.faults = []
  await phone.open(page)
  await phone.sees('还有 400 人没有提交')
  await phone.tap('继续提交')
  await phone.sees('人记为“到”')
  const pages = new Map(double.said.map(({ key, body }) => [key, body.people.map(({ roster_entry_id: id }) => id)]))
  assert.equal(pages.size, 3)
  assert.ok(double.said.filter(({ key }) => key === lost).length > 1)
  assert.equal(new Set([...pages.values()].flat()).size, 600)
  await until(() => data(phone, 'sums'), (sums) => sums === '已到 600')
})

test('offline it says what is left, and goes on when the network is back; what is let go of is gone', async () => {
  const { phone, double, page } = await calling(crowd(5, ['一班']))
  await phone.page.getByLabel('全组 一班').tap()
  await phone.set({ offline: true })
  await phone.tap('到 5', { exact: true })
  await phone.sees('还有 5 人没有提交')
  await phone.sees('网络不可用')
  assert.equal(double.said.length, 0)
  await phone.set({ offline: false })
  await phone.tap('继续提交')
  await phone.sees('已把 5 人记为“到”')
  await phone.set({ offline: true })
  await phone.tap('学生2', { exact: true })
  await phone.tap('迟到', { exact: true })
  await phone.sees('还有 1 人没有提交')
  await phone.set({ offline: false })
  await phone.tap('放弃', { exact: true })
  await phone.answer('放弃')
  await phone.open(page)
  await phone.sees('学生1')
  assert.equal(await data(phone, 'foot'), '')
  assert.equal(double.said.length, 1)
})

test('a signed list is entered by its numbers, in its order', async () => {
  const { phone, double } = await calling(crowd(60, ['一班', '二班']), { query: '&paper=1' })
  await phone.page.getByPlaceholder('序号').fill('37')
  await until(() => phone.page.locator('.place').allInnerTexts(), (numbers) => numbers.join() === '37')
  await phone.tap('学生37', { exact: true })
  await phone.page.getByPlaceholder('序号').fill('')
  await phone.tap('学生1', { exact: true })
  await phone.tap('全部分组')
  await phone.answer('二班')
  await until(() => phone.page.locator('.place').first().innerText(), (number) => number === '1')
  await phone.tap('学生31', { exact: true })
  await phone.tap('到 3', { exact: true })
  await phone.sees('已把 3 人记为“到”')
  assert.deepEqual(double.said[0].body.people.map(({ roster_entry_id: id }) => id), ['entry-0', 'entry-30', 'entry-36'])
  assert.equal(double.said[0].body.reason, '纸质签到表')
})

test('of five thousand people those near the screen are drawn alone, to the last of them', async (context) => {
  const { phone, double } = await calling(crowd(5000, ['一班', '二班', '三班', '四班']))
  const drawn = () => phone.page.locator('.line').count()
  assert.ok(await drawn() < 200)
  const scroll = (to) => phone.page.evaluate((top) => { document.querySelector('.h-page:not([hidden]) .h-scroll').scrollTop = top }, to)
  await until(async () => {
    await scroll(1e9)
    return phone.text('学生5000', { exact: true }).isVisible()
  }, Boolean)
  assert.ok(await drawn() < 200)
  await phone.tap('学生5000', { exact: true })
  await until(async () => {
    await scroll(0)
    return phone.text('学生1', { exact: true }).isVisible()
  }, Boolean)
  const began = Date.now()
  await phone.page.getByLabel('全组 一班').tap()
  await phone.sees('已选 1251 人')
  context.diagnostic(`1,250 of 5,000 ticked by one tap in ${Date.now() - began} ms`)
  await phone.tap('到 1251', { exact: true })
  await phone.sees('已把 1251 人记为“到”')
  assert.equal(double.said.length, 7)
  assert.equal(await line(phone, '学生2').count(), 1)
})

/** An activity with a roster; the first of it has shown by a phone number who they are, and come. */
const attended = async () => {
  const name = newName('listed')
  const made = await openListed([
    { name: '王小明', number: '2026001', phone: phoneOf(name), group: '一班' }, { name: '李小红', number: '2026002', group: '一班' },
    { name: '张伟', number: '2026003', group: '一班' }, { name: '刘洋', number: '2026004', group: '二班' },
  ])
  const person = await signIn(name)
  await person.post(`${made.path}/me/phone`, { code: `sim:${name}` })
  const { checkin } = await person.come(made.code)
  await until(() => made.stats(), ({ came }) => came === 1)
  return { made, name, checkin }
}

test('from the hub a class is called; numbers and lists follow, and who was marked reads as what and why', async (context) => {
  const { made, name, checkin } = await attended()
  const phone = await newPhone({ login: `sim:${made.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${made.id}`)
  await phone.tap('点名', { exact: true })
  await phone.page.getByLabel('全组 一班').tap()
  await phone.tap('张伟', { exact: true })
  await phone.tap('到', { exact: true })
  await phone.sees('已把 1 人记为“到”')
  context.diagnostic(`taps from the hub to a class called ${phone.taps + 1}`)
  await phone.tap('张伟', { exact: true })
  await phone.tap('原因：现场点名')
  await phone.answer('病假')
  await phone.tap('请假', { exact: true })
  await phone.sees('已把 1 人记为“请假”')
  await phone.tap('王小明', { exact: true })
  await phone.tap('迟到', { exact: true })
  await phone.sees('已把 1 人记为“迟到”')
  await until(() => made.stats(), ({ came, leave, late, not_yet }) => came === 2 && leave === 1 && late === 1 && not_yet === 1)

  await phone.act('pullDown')
  await until(() => data(phone, 'sums'), (sums) => sums === '还没到 1 · 已到 1 · 迟到 1 · 请假 1')
  const marked = async () => (await made.owner.get(`${made.path}/people`)).people.filter(({ mark }) => mark).length
  await until(marked, (count) => count === 3)
  await phone.page.locator('.h-back').tap()
  await phone.tap('签到记录')
  await phone.sees('工作人员标记为“到”')
  await phone.sees('工作人员标记为“迟到”')

  const own = await newPhone({ login: `sim:${name}` })
  await own.open(`pages/record/record?id=${checkin.id}`)
  await own.sees('被标记为“迟到”')
  await own.sees('现场点名')
})

test('a mark is taken back, and what somebody did themselves stands again', async () => {
  const { made } = await attended()
  const phone = await newPhone({ login: `sim:${made.owner.name}` })
  await phone.open(`organise/pages/rollcall/rollcall?activity_id=${made.id}`)
  await phone.tap('王小明', { exact: true })
  await phone.tap('未到', { exact: true })
  await phone.sees('已把 1 人记为“未到”')
  await until(() => made.stats(), ({ came }) => came === 0)
  await phone.tap('撤销', { exact: true })
  await phone.sees('已撤销，1 人恢复原样')
  await until(() => made.stats(), ({ came }) => came === 1)
  assert.match(await data(phone, 'sums'), /已到 1/)
})

test('a sheet to sign is printed for one group, and entered from where it was printed', async () => {
  const { made } = await attended()
  const phone = await newPhone({ login: `sim:${made.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${made.id}`)
  await phone.tap('纸质签到表')
  await phone.tap('全部分组')
  await phone.answer('二班')
  await phone.set({ offline: true })
  await phone.tap('打印签到表')
  await phone.sees('网络不可用，连上网络后再点一次')
  await phone.set({ offline: false })
  await phone.tap('打印签到表')
  await phone.sees('再次打开')
  const [{ options }] = await phone.calls('openDocument')
  assert.deepEqual([options.filePath, options.fileType, options.showMenu], ['wxfile://usr/papers/签到表-二班.pdf', 'pdf', true])
  await phone.tap('开始录入')
  await until(() => phone.page.locator('.place').allInnerTexts(), (numbers) => numbers.join() === '1,2,3,4')
  await phone.tap('刘洋', { exact: true })
  await phone.tap('到', { exact: true })
  await phone.sees('已把 1 人记为“到”')
  await until(() => made.stats(), ({ came }) => came === 2)
})

test('labels are printed for the group that is looked at', async () => {
  const { made } = await attended()
  const phone = await newPhone({ login: `sim:${made.owner.name}` })
  await phone.open(`organise/pages/roster/roster?roster_id=${made.roster.id}`)
  await phone.tap('全部分组')
  await phone.answer('一班 3 人')
  await phone.tap('打印“一班”的签到标签')
  await phone.sees('再次打开')
  const [{ options }] = await phone.calls('downloadFile')
  assert.match(decodeURIComponent(options.url), /labels\.pdf\?group=一班$/)
})

test('who comes by themselves while the list is open is seen, and is not ticked any more', async () => {
  const name = newName('listed')
  const made = await openListed([{ name: '王小明', phone: phoneOf(name), group: '一班' }, { name: '李小红', group: '一班' }])
  const phone = await newPhone({ login: `sim:${made.owner.name}` })
  await phone.open(`organise/pages/rollcall/rollcall?activity_id=${made.id}`)
  await phone.page.getByLabel('全组 一班').tap()
  await phone.sees('已选 2 人')
  await until(() => phone.page.evaluate(() => window.getCurrentPages().at(-1).seen), Boolean)
  const person = await signIn(name)
  await person.post(`${made.path}/me/phone`, { code: `sim:${name}` })
  await person.come(made.code)
  await phone.sees('已签到')
  await phone.sees('已选 1 人')
  await phone.tap('到', { exact: true })
  await phone.sees('已把 1 人记为“到”')
  const mark = async () => (await made.people()).find((one) => one.name === '王小明').mark
  await until(mark, (said) => said === null)
})

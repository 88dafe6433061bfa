/** An organiser brings a list of people: pasted, looked at, taken over, undone; and sees who came and who did not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { Activity, lastingPeriod, LATER_POSITION, newName, openListed, phoneOf, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

/** An organisation, and its owner's phone at its rosters. */
const founded = async (fx = {}) => {
  const owner = await signIn(newName('organiser'))
  const { id } = await owner.post('/v1/organisations', { name: '星光读书会' })
  const phone = await newPhone({ login: `sim:${owner.name}`, ...fx })
  return { owner, id, phone, at: `/v1/organisations/${id}/rosters`, page: `organise/pages/rosters/rosters?organisation_id=${id}&manage=1` }
}

const write = async (phone, text) => {
  await phone.page.locator('.h-modal input').fill(text)
}

const paste = async (phone, text) => {
  await phone.page.locator('.h-page:not([hidden]) textarea').fill(text)
  await phone.tap('检查名单')
}

/** To an import of a new roster. */
const importing = async ({ phone, page }) => {
  await phone.open(page)
  await phone.tap('新建名单')
  await write(phone, '新生名单')
  await phone.answer('新建')
  await phone.tap('导入名单')
}

const names = async ({ owner, at }) => {
  const { rosters: [{ id }] } = await owner.get(at)
  return (await owner.get(`/v1/rosters/${id}/entries`)).entries.map(({ name }) => name)
}

test('a list is pasted and published; who is on it scans and sees the seat, a stranger is told what to do', async (context) => {
  const made = await founded()
  const { owner, phone, id } = made
  const [listed, stranger] = [newName('listed'), newName('stranger')]
  await importing(made)
  await paste(phone, `姓名\t手机\t座位\n王小明\t${phoneOf(listed)}\tA7\n李小红\t13900000000\tB2`)
  await phone.sees('座位')
  await phone.tap('导入 2 人')
  await phone.sees('导入完成')
  await phone.tap('查看名单')
  await phone.sees('李小红')
  await phone.tap('名单设置')
  await phone.tap('座位', { exact: true })
  await until(async () => (await owner.get(made.at)).rosters[0].extra[0]?.is_shown, Boolean)
  context.diagnostic(`taps from a pasted list to a roster ${phone.taps}`)

  await phone.open('organise/pages/form/form')
  await phone.page.getByPlaceholder('例如：周三例会').fill('新生讲座')
  await phone.tap('不限（任何人都可以签到）')
  await phone.answer('新生名单')
  await phone.tap('创建并展示二维码')
  await phone.sees(/秒后更新/)
  const { activities: [activity] } = await owner.get(`/v1/activities?organisation_id=${id}`)
  await owner.call('PATCH', `/v1/activities/${activity.id}`, { revision: activity.revision, qr_period_s: lastingPeriod() })
  const qr = async () => (await new Activity(owner, activity).qr()).url

  const member = await newPhone({ login: `sim:${listed}`, scan: await qr() })
  await member.open('pages/home/home')
  await member.tap('我要签到')
  await member.sees('还不知道你是名单中的谁')
  const before = member.taps
  await member.set(LATER_POSITION)
  await member.tap('用手机号确认身份', { exact: true })
  await member.answer('允许')
  await member.sees('签到成功')
  assert.ok(member.taps - before <= 3, `${member.taps - before} taps to say who one is`)
  context.diagnostic(`taps to say who one is ${member.taps - before}`)
  await member.sees('A7')
  const sent = (await member.calls('request')).filter(({ options }) => options.url.endsWith('/v1/checkins')).map(({ options }) => JSON.parse(options.data).attempt_id)
  assert.equal(new Set(sent).size, 2, 'a new attempt, never the old one')

  const other = await newPhone({ login: `sim:${stranger}`, scan: await qr() })
  await other.open('pages/home/home')
  await other.tap('我要签到')
  await other.sees('待人工核验')
  await other.set(LATER_POSITION)
  await other.tap('用手机号确认身份', { exact: true })
  await other.answer('允许')
  await other.sees('名单中没有这个手机号')
  await other.sees('待人工核验')
})

test('what is wrong with a list is told row by row, the rest is taken, and all of it undone', async () => {
  const made = await founded()
  const { phone } = made
  await importing(made)
  await paste(phone, '姓名,学号,手机\n王小明,2026001,138000\n,2026002,\n李小红,2026003,13800000001')
  await phone.sees('2 行有误，不会导入')
  await phone.sees('第 2 行第 3 列')
  await phone.sees('手机号不是 11 位大陆手机号')
  await phone.sees('请填写姓名')
  await phone.tap('导入 1 人')
  await phone.sees('导入完成')
  assert.deepEqual(await names(made), ['李小红'])
  await phone.tap('撤销这次导入')
  await phone.answer('撤销')
  await phone.sees('已撤销')
  assert.deepEqual(await names(made), [])
})

test('a file out of a chat is read, a WeChat solitaire too, and what is no list says what it is', async () => {
  const made = await founded({ file: { name: 'list.csv', text: '姓名,分组\n王小明,一班\n' } })
  const { phone } = made
  await importing(made)
  await phone.tap('从微信聊天中选择文件')
  await phone.tap('导入 1 人')
  await phone.tap('查看名单')
  await phone.sees('一班')
  await phone.tap('导入名单')
  await phone.sees('可以撤销')
  await phone.page.locator('.h-back').tap()
  await phone.set({ file: { name: 'list.csv', text: '<html><body>姓名</body></html>' } })
  await phone.page.evaluate(() => localStorage.removeItem('wx:roster_import'))
  await phone.tap('导入名单')
  await phone.tap('从微信聊天中选择文件')
  await phone.sees('没有读懂这份名单')
  await phone.tap('换一份名单')
  await paste(phone, '#接龙\n春游报名\n\n1. 李小红 2026002\n2. 张伟 2026003')
  await phone.tap('导入 2 人')
  await phone.sees('导入完成')
  assert.deepEqual((await names(made)).sort(), ['李小红', '王小明', '张伟'].sort())
})

test('the example that the empty field shows is a list that is read', async () => {
  const made = await founded()
  await importing(made)
  await paste(made.phone, await made.phone.page.locator('.h-page:not([hidden]) textarea').getAttribute('placeholder'))
  await made.phone.tap('导入 2 人')
  await made.phone.sees('导入完成')
  assert.deepEqual((await names(made)).sort(), ['李小红', '王小明'].sort())
})

test('who has no list yet makes one from the form, and finds it there', async () => {
  const { phone } = await founded()
  await phone.open('organise/pages/form/form')
  await phone.page.getByPlaceholder('例如：周三例会').fill('新生讲座')
  await phone.tap('新建名单')
  await phone.sees('把应到的人放进名单')
  await phone.tap('新建名单')
  await write(phone, '新生名单')
  await phone.answer('新建')
  await phone.sees('名单里还没有人')
  for (const seen of ['新生名单', '创建并展示二维码']) {
    await phone.page.locator('.h-back').tap()
    await phone.sees(seen)
  }
  assert.equal(await phone.page.getByPlaceholder('例如：周三例会').inputValue(), '新生讲座')
  await phone.tap('不限（任何人都可以签到）')
  await phone.answer('新生名单')
  await phone.sees('不在名单的人')
})

test('people are found, added, changed and taken off', async () => {
  const activity = await openListed([{ name: '王小明', number: '2026001', group: '一班' }, { name: '李小红', group: '二班' }])
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  const shown = () => phone.page.evaluate(() => window.getCurrentPages().at(-1).data.lines.map(({ name }) => name).join())
  const typed = (label) => phone.page.locator('.h-page:not([hidden])').getByLabel(label)
  await phone.open(`organise/pages/roster/roster?roster_id=${activity.roster.id}&manage=1`)
  await phone.sees('李小红')
  const search = phone.page.getByPlaceholder('姓名、完整学号或手机尾号')
  await search.fill('小')
  await phone.sees('请输入两个汉字')
  await search.fill('小红')
  await until(shown, (names) => names === '李小红')
  await search.fill('')
  await until(shown, (names) => names === '王小明,李小红')
  await phone.tap('全部分组')
  await phone.answer('一班 1 人')
  await until(shown, (names) => names === '王小明')

  await phone.tap('王小明')
  await typed('分组').fill('三班')
  await phone.tap('保存', { exact: true })
  await until(() => activity.owner.get(`/v1/rosters/${activity.roster.id}/entries`), ({ entries }) => entries[0].group === '三班')
  await phone.tap('移出名单')
  await phone.answer('移出')
  await phone.tap('添加一人')
  await phone.tap('保存', { exact: true })
  await typed('姓名').fill('张伟')
  await phone.tap('保存', { exact: true })
  await phone.sees('张伟')
  assert.equal(await shown(), '李小红,张伟')
})

test('who came, who is on leave and who is not there yet is counted against the roster, in all and by group', async () => {
  const [came, away, absent] = [newName('came'), newName('away'), newName('absent')]
  const activity = await openListed([
    { name: '王小明', phone: phoneOf(came), group: '一班' }, { name: '李小红', phone: phoneOf(away), group: '二班' }, { name: '张伟', phone: phoneOf(absent), group: '二班' },
  ], { from: 30, opens_before_s: 3600 })
  const bound = async (name) => {
    const person = await signIn(name)
    await person.post(`${activity.path}/me/phone`, { code: `sim:${name}` })
    return person
  }
  await (await bound(away)).call('PUT', `${activity.path}/me/answer`, { answer: 'leave' })
  await (await bound(came)).come(activity.code)
  await until(() => activity.stats(), (stats) => stats.expected === 3 && stats.came === 1 && stats.leave === 1)
  const phone = await newPhone({ login: `sim:${activity.owner.name}` })
  await phone.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await phone.sees('50%')
  await phone.sees('还没到')
  await phone.sees('0 / 2')
  await phone.tap('签到记录')
  const shown = () => phone.page.evaluate(() => window.getCurrentPages().at(-1).data.lines.map(({ name }) => name).join())
  await phone.tap('请假', { exact: true })
  await until(shown, (names) => names === '李小红')
  await phone.tap('未到', { exact: true })
  await until(shown, (names) => names === '张伟')
  await phone.tap('全部分组')
  await phone.answer('一班')
  await until(shown, (names) => names === '')
})

test('the rows that were left out and the whole roster come as files, are opened or sent on, and are gone with the page', async () => {
  const made = await founded()
  const { phone } = made
  const files = () => phone.page.evaluate(() => window.__fx.files)
  await importing(made)
  await paste(phone, '姓名,手机\n王小明,13800000000\n李小红,138')
  await phone.tap('下载有误的行')
  await phone.tap('发送到聊天')
  await until(() => phone.calls('shareFileMessage'), ([sent]) => sent?.options.fileName === '有误的行.csv')
  assert.deepEqual([await files(), (await phone.calls('openDocument')).length], [['wxfile://usr/papers/有误的行.csv'], 0])

  await phone.tap('导入 1 人')
  await phone.page.route('**/entries*', (route) => route.abort())
  await phone.tap('查看名单')
  await phone.sees('重试')
  await phone.tap('名单设置')
  await until(files, (left) => !left.length)
  await phone.sees('导出名单')
  await phone.page.unroute('**/entries*')
  await phone.tap('重试', { exact: true })
  await phone.sees('王小明')
  await phone.set({ offline: true })
  await phone.tap('导出名单')
  await phone.sees('网络不可用，连上网络后再点一次')
  await phone.set({ offline: false })
  await phone.tap('导出名单')
  await phone.sees('再次打开')
  assert.deepEqual((await phone.calls('openDocument')).map(({ options }) => [options.filePath, options.fileType]), [['wxfile://usr/papers/名单.xlsx', 'xlsx']])
  await phone.page.locator('.h-back').tap()
  await until(files, (left) => !left.length)
})

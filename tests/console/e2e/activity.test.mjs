/** An activity in the console, from its first word to its report, against the real stack. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { newName, openListed, PLACE, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'
import { rowsOf } from './spreadsheet.mjs'

const SECOND_MS = 1000
/** What is required has a star. */
const TITLE = /^\*?\s*名称$/
const visits = []
let browser, owner, organisation_id, roster_id, listed, folder

/** Somebody who came with a name. */
const comes = async (name, code) => {
  const person = await signIn(newName('guest'))
  await person.call('PUT', '/v1/me', { name })
  await person.come(code)
  return person
}

before(async () => {
  browser = await launch()
  listed = await openListed(
    [
      { name: '张伟', number: '2026001', group: '一班' },
      { name: '王芳', number: '2026002', group: '一班' },
      { name: '李娜', number: '2026003', group: '二班' },
    ],
    { title: '高等数学', place: PLACE, policy: { fence: 'off', not_listed: 'review' }, gates: ['北门', '南门'] },
  )
  ;({ owner, organisation_id } = listed)
  roster_id = listed.roster.id
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qiandao-console-'))
  await owner.post(`/v1/organisations/${organisation_id}/places`, { place: PLACE })
  const people = listed.entries.slice(0, 2).map(({ id }) => ({ roster_entry_id: id }))
  await owner.post(`${listed.path}/marks`, { mark: 'present', reason: '现场点名', people: people.slice(0, 1) })
  await owner.post(`${listed.path}/marks`, { mark: 'late', reason: '现场点名', people: people.slice(1) })
  await comes('赵敏', listed.code)
  await until(
    () => owner.get(`${listed.path}/people`),
    ({ people: found }) => found.length === 3,
  )
})

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

after(async () => {
  await browser?.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const visited = async (to, options = {}) => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  return visit
}

/** Every screen, and what is to be read on it. */
const screens = () => ({
  overview: ['/console/', '高等数学'],
  form: ['/console/activities/new', '参与者会看到'],
  edit: [`/console/activities/${listed.id}/edit`, '发布后不能更改'],
  during: [`/console/activities/${listed.id}`, '现在谁进不来'],
  people: [`/console/activities/${listed.id}/people`, '张伟'],
  qr: [`/console/activities/${listed.id}/qr`, '秒后更新'],
})

for (const { width, size, scheme } of VIEWS)
  test(`every screen is readable at ${width} px, ${scheme}`, async () => {
    for (const [name, [to, text]] of Object.entries(screens())) {
      const visit = await visited(to, { size, scheme })
      await visit.sees(text)
      if (name === 'during') await visit.page.locator('.chart canvas').waitFor()
      await visit.shot(`${name}-${width}-${scheme}`)
      await visit.accessible()
    }
  })

test('an activity is made in one page, and its QR is on the screen', async () => {
  const visit = await visited('/console/activities/new')
  const { page } = visit
  await page.getByRole('button', { name: '会议' }).click()
  await page.getByRole('button', { name: '发布并展示二维码' }).click()
  await visit.sees('请填写名称')
  await page.getByRole('textbox', { name: TITLE }).fill('周三例会')
  await page.getByLabel('粘贴地图链接').fill('https://uri.amap.com/marker?position=102.71,25.04&name=图书馆')
  await visit.sees('图书馆 500 米内')
  await page.locator('label', { hasText: '按名单' }).click()
  await visit.sees('新生名单（3 人）')
  await visit.shot('form-filled')
  await page.getByRole('button', { name: '发布并展示二维码' }).click()
  await page.waitForURL(/\/activities\/[0-9a-f-]{36}\/qr$/)
  await page.getByRole('img', { name: '签到二维码' }).waitFor()
  const id = page.url().split('/').at(-2)
  const made = await owner.get(`/v1/activities/${id}`)
  assert.deepEqual(
    [made.title, made.state, made.roster_id, made.late_after_s],
    ['周三例会', 'published', roster_id, 300],
  )
  assert.deepEqual([made.place.name, made.place.latitude], ['图书馆', 25.04])
  await page.keyboard.press('f')
  await page.getByText('签到码（后排可以输入）').waitFor({ state: 'detached' })
  await visit.shot('qr-bare')
  await page.keyboard.press('Escape')
  await visit.sees('签到码（后排可以输入）')
})

test('who edits what somebody else just changed reads what, and keeps their own', async () => {
  const made = await owner.open({ organisation_id, title: '读书会', methods: ['code'] })
  const visit = await visited(`/console/activities/${made.id}/edit`)
  const title = visit.page.getByRole('textbox', { name: TITLE })
  await title.fill('读书会（改）')
  await owner.call('PUT', `/v1/activities/${made.id}`, { revision: made.revision, capacity: 40 })
  await visit.page.getByRole('button', { name: '保存', exact: true }).click()
  await visit.sees('刚刚有人改过')
  await visit.sees('不限 → 40')
  await visit.shot('form-stale')
  await visit.accessible()
  assert.equal(await title.inputValue(), '读书会（改）')
  await visit.page.getByRole('button', { name: '保存', exact: true }).click()
  await visit.page.waitForURL(new RegExp(`/activities/${made.id}$`))
  const { title: stored, capacity } = await owner.get(`/v1/activities/${made.id}`)
  assert.deepEqual([stored, capacity], ['读书会（改）', 40])
})

test('a draft says what is missing; published and over it says the next thing', async () => {
  const at = (minutes) => new Date(Date.now() + minutes * 60 * SECOND_MS).toISOString()
  const draft = await owner.post('/v1/activities', {
    organisation_id,
    kind: 'event',
    title: '迎新晚会',
    starts_at: at(1440),
    ends_at: at(1560),
    methods: ['qr', 'code'],
  })
  const visit = await visited(`/console/activities/${draft.id}`)
  await visit.sees('不知道应到多少人')
  await visit.shot('draft')
  await visit.accessible()
  await visit.page.getByRole('button', { name: '发布', exact: true }).click()
  await visit.sees('距离开始签到')
  await visit.shot('before')
  await visit.page.getByRole('button', { name: '更多' }).click()
  await visit.page.getByRole('menuitem', { name: '取消活动' }).click()
  await visit.sees('所有人都不能再签到，也不能恢复')
  await visit.page.locator('.el-message-box').getByRole('button', { name: '取消活动' }).click()
  await visit.sees('活动已取消')
})

test('numbers move within moments of a check-in, in two tabs by one stream', async () => {
  const made = await owner.open({ organisation_id, title: '讲座', methods: ['code'], expected_count: 30 })
  const visit = await visited('/console/activities')
  const second = await visit.page.context().newPage()
  let streams = 0
  visit.page.context().on('request', (asked) => (streams += Number(asked.url().endsWith('/live'))))
  await visit.go(`/console/activities/${made.id}`)
  await visit.sees('/ 30')
  await second.goto(visit.page.url())
  await second.getByText('/ 30').waitFor()
  await comes('韩梅梅', made.code)
  const began = Date.now()
  for (const page of [visit.page, second]) await page.locator('.came', { hasText: /^1$/ }).waitFor()
  console.log(`# both tabs show it ${Date.now() - began} ms after the answer`)
  await visit.sees('韩梅梅')
  assert.equal(streams, 1)
  await visit.page.close()
  await comes('李雷', made.code)
  await second.locator('.came', { hasText: /^2$/ }).waitFor()
  assert.equal(streams, 2)
})

test('filters are in the address; a person is annulled, and that is taken back', async () => {
  const made = await owner.open({ organisation_id, title: '讨论课', methods: ['code'] })
  const person = await comes('钱多多', made.code)
  await until(
    () => owner.get(`/v1/activities/${made.id}/people`),
    ({ people }) => people.length === 1,
  )
  const visit = await visited(`/console/activities/${made.id}/people?status=checked_in`)
  await visit.page.getByRole('button', { name: '钱多多' }).click()
  await visit.sees('签到过程')
  await visit.page.getByRole('button', { name: '撤销签到' }).click()
  await visit.page.getByRole('dialog').getByPlaceholder('本人会看到这个原因').fill('代签')
  await visit.page.locator('.el-message-box').getByRole('button', { name: '撤销签到' }).click()
  await visit.sees('已撤销签到')
  await visit.shot('person')
  const mine = async () => (await person.get('/v1/me/checkins')).checkins[0].outcome
  await until(mine, (outcome) => outcome === 'annulled')
  await visit.page.getByRole('button', { name: '撤销这次操作' }).click()
  await visit.sees('已恢复签到')
  await until(mine, (outcome) => outcome === 'accepted')
})

test('why somebody waits is told with numbers', async () => {
  const visit = await visited(`/console/activities/${listed.id}/people?status=pending_review`)
  await visit.page.getByRole('button', { name: '赵敏' }).click()
  await visit.page.locator('article', { hasText: '此人不在名单中' }).waitFor()
  await visit.shot('person-pending')
  await visit.accessible()
})

test('the list is a file with its mark, and lines as spreadsheets want them', async () => {
  const visit = await visited(`/console/activities/${listed.id}/people`)
  await visit.sees('张伟')
  const downloading = visit.page.waitForEvent('download')
  await visit.page.getByRole('button', { name: '导出 CSV' }).click()
  const file = path.join(folder, 'people.csv')
  await (await downloading).saveAs(file)
  const [head, ...rows] = rowsOf(fs.readFileSync(file, 'utf8'))
  assert.equal(head[0], '姓名')
  const [found] = rows.filter(([name]) => name === '张伟')
  assert.deepEqual(found.slice(0, 4), ['张伟', '2026001', '一班', '已签到'])
})

test('a spot check calls somebody by name, and annuls who is not there', async () => {
  const made = await owner.open({ organisation_id, title: '晚自习', methods: ['code'] })
  const person = await comes('孙悟空', made.code)
  const visit = await visited(`/console/activities/${made.id}`)
  await visit.page.getByRole('button', { name: '抽查' }).click()
  await visit.page.getByRole('button', { name: '开始', exact: true }).click()
  await visit.page.getByRole('dialog').getByText('孙悟空').waitFor()
  await visit.shot('spot')
  await visit.accessible()
  await visit.page.getByRole('button', { name: '不在' }).click()
  await visit.sees('已撤销签到：孙悟空')
  const [{ id }] = (await person.get('/v1/me/checkins')).checkins
  await until(
    () => person.get(`/v1/checkins/${id}`),
    ({ history }) => history.some(({ event, reason }) => event === 'annulled' && reason === '抽查不在现场'),
  )
})

test('afterwards the report is copied as text, with names, and as a picture', async () => {
  const absent = [
    '阿卜杜热合曼·买买提艾力·图尔荪尼亚孜',
    '👨‍👩‍👧 小明爸爸',
    'Maximiliane von Hohenstein',
    '欧阳震华',
    '马',
    '李雷',
  ]
  const names = ['周杰', '吴迪', '韩梅', ...absent]
  const title = '期末答疑暨实验室安全与消防应急演练专题讲座（第二批）'
  const over = await openListed(
    names.map((name) => ({ name })),
    { title, place: PLACE, policy: { fence: 'off' } },
  )
  for (const [number, mark] of ['present', 'late', 'leave'].entries())
    await over.owner.post(`${over.path}/marks`, {
      mark,
      reason: '现场点名',
      people: [{ roster_entry_id: over.entries[number].id }],
    })
  await until(
    () => over.stats(),
    ({ came, leave }) => came === 2 && leave === 1,
  )
  await over.owner.post(`${over.path}/close`)
  const visit = await visited(`/console/activities/${over.id}`, { as: over.owner })
  await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visit.sees('25%')
  await visit.shot('after')
  await visit.accessible()
  await visit.page.getByRole('button', { name: '分享战报' }).click()
  await visit.page.getByText('带上名字').click()
  await visit.page.getByRole('button', { name: '复制战报' }).click()
  await until(
    () => visit.page.evaluate(() => navigator.clipboard.readText()),
    (text) => /应到9 实到2 迟到1 请假1 未到6，签到率25%\n未到：[^\n]*欧阳震华/.test(text),
  )
  await visit.page.getByRole('button', { name: '复制图片' }).click()
  await visit.sees('图片已复制')
  const bytes = await visit.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read()
    return [...new Uint8Array(await (await item.getType('image/png')).arrayBuffer())]
  })
  visit.keep('report-picture.png', Buffer.from(bytes))
  await visit.shot('report')
  await visit.accessible()
})

test('a second window is open and on the screen in one tap', async () => {
  const visit = await visited(`/console/activities/${listed.id}`)
  const before = await owner.get(listed.path)
  await visit.page.getByRole('button', { name: '再签一次' }).click()
  await visit.page.waitForURL((to) => to.pathname === `/console/activities/${listed.id}/qr`)
  await visit.sees('第 2 次')
  await visit.page.getByRole('img', { name: '签到二维码' }).waitFor()
  const opened = await owner.get(listed.path)
  assert.equal(opened.occurrences.length, before.occurrences.length + 1)
  await visit.shot('second-window-qr')
  await visit.accessible()

  await visit.go(`/console/activities/${listed.id}`)
  const first = visit.page.getByRole('link', { name: '第 1 次' })
  await first.waitFor()
  await visit.shot('second-window')
  await visit.accessible()
  await first.click()
  await visit.page.waitForURL((to) => to.searchParams.get('window') === '1')
  await visit.page.getByRole('link', { name: '签到记录' }).click()
  await visit.page.waitForURL((to) => to.pathname.endsWith('/people') && to.searchParams.get('window') === '1')
})

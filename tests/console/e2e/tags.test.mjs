/** The NFC tags of an activity, in a browser on the real stack. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Chip } from '../../miniprogram/e2e/chip.mjs'
import { newAttemptId, newName, openActivity, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, activity

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

beforeEach(async () => {
  activity = await openActivity({ gates: ['东侧主入口', '北门'], place: null, policy: {}, methods: ['qr', 'code'] })
})

const visited = async (options = {}) => {
  const visit = await Visit.create(browser, { as: activity.owner, ...options })
  visits.push(visit)
  await visit.go(`/console/activities/${activity.id}/tags`)
  return visit
}

const tags = () => activity.owner.get(`${activity.path}/nfc-tags`).then((found) => found.tags)

const add = async ({ page }, label, kind = '普通标签') => {
  await page.getByLabel('标签名称').fill(label)
  await page.locator('label', { hasText: kind }).click()
  await page.getByRole('button', { name: '添加标签' }).click()
}

/** What somebody who touches it is told. */
const touched = async (token) => {
  const guest = await signIn(newName('guest'))
  const attempt = { attempt_id: newAttemptId(), method: 'nfc', token, device_id: crypto.randomUUID() }
  return guest.post('/v1/checkins', attempt).then(
    ({ checkin }) => checkin.outcome,
    (error) => error.message,
  )
}

for (const { width, size, scheme } of VIEWS)
  test(`tags are readable at ${width} px, ${scheme}, in each state`, async () => {
    const visit = await visited({ size, scheme })
    await visit.sees('还没有标签')
    await visit.sees('还没有开启碰标签签到')
    await visit.sees('碰普通标签的人都要人工核验')
    await visit.accessible()
    await visit.shot(`tags-empty-${width}-${scheme}`, { fullPage: true })
    await add(visit, '东侧主入口左侧立柱（约一米高，贴在海报下方）')
    await visit.sees('已添加，还要写到标签上')
    await visit.accessible()
    await visit.shot(`tags-static-${width}-${scheme}`, { fullPage: true })
    await add(visit, '签到台', '防复制标签')
    await visit.sees('密钥只显示这一次')
    await visit.accessible()
    await visit.shot(`tags-sun-${width}-${scheme}`, { fullPage: true })
    await visit.page.route('**/nfc-tags', (route) => route.fulfill({ status: 500, json: {} }))
    await visit.page.reload()
    await visit.page.getByRole('button', { name: '重试' }).waitFor()
    await visit.accessible()
    await visit.shot(`tags-error-${width}-${scheme}`, { fullPage: true })
  })

test('tags are turned on; one is made, touched, seen and revoked', async () => {
  const visit = await visited()
  const { page } = visit
  await page.getByRole('button', { name: '开启碰标签签到' }).click()
  await visit.text('还没有开启碰标签签到').waitFor({ state: 'detached' })
  await page.locator('.fields .el-select').click()
  await page.getByRole('option', { name: '北门' }).click()
  await add(visit, '北门左侧')
  const url = await page.locator('.made code').innerText()
  await visit.page.getByRole('button', { name: '复制链接 北门左侧' }).click()
  await visit.sees('已复制')
  assert.equal((await tags())[0].url, url)
  assert.deepEqual(
    (await tags()).map(({ label, gate, kind }) => [label, gate, kind]),
    [['北门左侧', '北门', 'static']],
  )
  await visit.sees('还没有人碰过')
  const token = url.split('/n/')[1]
  await until(
    () => touched(token),
    (told) => told === 'pending_review' || told === 'accepted',
  )
  await visit.sees(/最近一次 今天 \d\d:\d\d/)

  await page.getByRole('button', { name: '停用 北门左侧' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await visit.sees('已停用')
  await page.locator('.made').waitFor({ state: 'detached' })
  await until(
    () => touched(token),
    (told) => told.includes('NFC_UNKNOWN'),
  )
})

test('what a tool needs for a chip that counts is told once, and makes one that checkin believes', async () => {
  await activity.owner.call('PATCH', activity.path, {
    revision: (await activity.owner.get(activity.path)).revision,
    methods: ['qr', 'nfc'],
  })
  const visit = await visited()
  await add(visit, '签到台', '防复制标签')
  const [file] = await Promise.all([
    visit.page.waitForEvent('download'),
    visit.page.getByRole('button', { name: '下载为文本' }).click(),
  ])
  const lines = fs
    .readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const chip = new Chip(Object.fromEntries(lines.map((line) => line.split(': '))))
  const token = () => chip.touch().split('/n/')[1].replace('?e=', '.').replace('&c=', '.')
  await until(
    () => touched(token()),
    (told) => told === 'accepted',
  )
  await visit.sees(/第 \d+ 次读取/)
  await visit.page.reload()
  await visit.sees('签到台')
  assert.equal(await visit.page.locator('.made').count(), 0)
})

/** The wall for a hall in a browser, against the real stack: opened by a link, alive, and dark when it has to be. */

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { newName, PLACE, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, owner, activity

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

beforeEach(async () => {
  owner = await signIn(newName('organiser'))
  const { id: organisation_id } = await owner.post('/v1/organisations', { name: '星光读书会' })
  activity = await owner.open({
    organisation_id,
    title: '新生讲座：如何在图书馆找到你要的一切',
    place: PLACE,
    methods: ['qr', 'code'],
    policy: { fence: 'off' },
    expected_count: 12,
  })
})

const come = async (name) => {
  const visitor = await signIn(newName('visitor'))
  if (name) await visitor.call('PATCH', '/v1/me', { name })
  return visitor.come(activity.code)
}

const opened = async (options = {}, show_names = 'none') => {
  const { display, url } = await owner.post(`/v1/activities/${activity.id}/displays`, {
    kind: 'wall',
    show_names,
  })
  const visit = await Visit.create(browser, options)
  visits.push(visit)
  await visit.go(new URL(url).pathname)
  await visit.page.getByRole('button', { name: '在此屏幕打开' }).click()
  await visit.page.waitForURL(/\/wall\//)
  await visit.sees(activity.title)
  await visit.page.locator('svg.qr').waitFor()
  return { visit, display }
}

const came = (visit, count) => visit.page.locator('.came strong', { hasText: new RegExp(`^${count}$`) }).waitFor()

for (const { width, size, scheme } of VIEWS)
  test(`the wall is readable at ${width} px, ${scheme}`, async () => {
    for (const name of ['王小明', '李小红', '赵大海']) await come(name)
    const { visit } = await opened({ size, scheme }, 'masked')
    await came(visit, 3)
    await visit.sees('赵*海')
    await visit.shot(`wall-${width}-${scheme}`)
    await visit.accessible()
  })

test('it moves as people come, and again after the network was away', async () => {
  const { visit } = await opened()
  await came(visit, 0)
  await come()
  await came(visit, 1)
  await visit.page.context().setOffline(true)
  await visit.sees('连接中断')
  await visit.shot('wall-stale')
  await come()
  await visit.page.context().setOffline(false)
  await came(visit, 2)
  await visit.page.getByText('连接中断').waitFor({ state: 'detached' })
})

test('who came last is named as the organiser chose, and not where they did not', async () => {
  await come('王小明')
  const { visit } = await opened({}, 'full')
  await visit.sees('王小明')
  const { visit: other } = await opened({}, 'none')
  await came(other, 1)
  assert.equal(await other.page.getByText('王').count(), 0)
})

test('F leaves the QR alone, and brings the rest back', async () => {
  const { visit } = await opened()
  await came(visit, 0)
  await visit.page.keyboard.press('f')
  await visit.page.locator('.came').waitFor({ state: 'detached' })
  await visit.sees(activity.title)
  await visit.shot('wall-qr-only')
  await visit.accessible()
  await visit.page.keyboard.press('f')
  await came(visit, 0)
})

test('a revoked screen goes dark by itself, and its browser gets no QR any more', async () => {
  const { visit, display } = await opened()
  await owner.call('DELETE', `/v1/activities/${activity.id}/displays/${display.id}`)
  await visit.sees('这个屏幕已停用')
  assert.equal(await visit.page.locator('svg.qr').count(), 0)
  const status = () =>
    visit.page.evaluate((path) => fetch(path).then((answer) => answer.status), `/v1/activities/${activity.id}/qr`)
  await until(status, (found) => found === 401)
})

test('a browser that is no screen of the activity shows none of it', async () => {
  const visit = await Visit.create(browser)
  visits.push(visit)
  await visit.go(`/wall/${activity.id}`)
  await visit.sees('这个浏览器不是该活动的屏幕')
  assert.equal(await visit.page.getByText(activity.title).count(), 0)
})

/** The list of activities in a browser, against the real stack. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { newName, PLACE, signIn } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, owner, organisation

before(async () => {
  browser = await launch()
  owner = await signIn(newName('organiser'))
  organisation = await owner.post('/v1/organisations', { name: '星光读书会' })
  const organisation_id = organisation.id
  await owner.open({ organisation_id, title: '周三例会', place: PLACE })
  await owner.open({
    organisation_id,
    title: '新生讲座：如何在图书馆找到你要的一切，以及别的',
    place: PLACE,
    from: 3 * 1440,
    to: 3 * 1440 + 90,
  })
  const { id } = await owner.open({ organisation_id, title: '迎新晚会', methods: ['code'] })
  await owner.post(`/v1/activities/${id}/close`)
})

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

after(() => browser?.close())

const visited = async (to, options = {}) => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  return visit
}

for (const { width, size, scheme } of VIEWS)
  test(`the list is readable at ${width} px, ${scheme}`, async () => {
    const visit = await visited('/console/activities', { size, scheme })
    await visit.sees('周三例会')
    await visit.shot(`activities-${width}-${scheme}`)
    await visit.accessible()
  })

test('filters are in the address, and Back and a link bring them back', async () => {
  const visit = await visited('/console/activities')
  await visit.sees('迎新晚会')
  await visit.page.getByPlaceholder('搜索活动名称').fill('例会')
  await visit.page.locator('label', { hasText: '进行中' }).click()
  await visit.page.waitForURL(/phase=now/)
  assert.equal(new URL(visit.page.url()).searchParams.get('title'), '例会')
  await visit.page.getByText('迎新晚会').waitFor({ state: 'detached' })

  const other = await visited(visit.page.url().replace(/^http:\/\/[^/]+/, ''))
  await other.sees('周三例会')
  assert.equal(await other.page.getByText('迎新晚会').count(), 0)
})

test('what went wrong is said with the id of the request, and a retry brings the list', async () => {
  const visit = await visited('/console/activities')
  await visit.sees('周三例会')
  await visit.page.context().route('**/v1/activities?*', (route) => route.abort())
  await visit.page.reload()
  await visit.sees('网络不可用')
  await visit.sees(/请求编号 [0-9a-f]{32}/)
  await visit.accessible()
  await visit.shot('activities-failed')
  await visit.page.context().unroute('**/v1/activities?*')
  await visit.page.getByRole('button', { name: '重试' }).click()
  await visit.sees('周三例会')
})

test('who is not signed in is asked to, and comes back afterwards', async () => {
  const visit = await Visit.create(browser)
  visits.push(visit)
  await visit.go('/console/activities?phase=now')
  await visit.page.waitForURL(/sign-in\?next=/)
  assert.equal(new URL(visit.page.url()).searchParams.get('next'), '/console/activities?phase=now')
})

test('a page that is not there says so and leads back', async () => {
  const visit = await visited('/console/nothing/here')
  await visit.sees('没有这个页面')
  await visit.accessible()
})

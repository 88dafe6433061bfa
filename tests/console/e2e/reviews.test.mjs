/** The queue of doubtful check-ins in a browser, against the real stack. */

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { newAttemptId, newName, openListed, PLACE, signIn, UNCERTAIN, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser, owner, organisation_id, activity

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

/** Somebody whose location leaves it open whether they were there. */
const doubtful = async (name) => {
  const person = await signIn(newName('visitor'))
  await person.call('PATCH', '/v1/me', { name })
  const location = { ...UNCERTAIN, coord: 'gcj02', accuracy_m: UNCERTAIN.accuracy }
  delete location.accuracy
  return person.post('/v1/checkins', { attempt_id: newAttemptId(), method: 'code', code: activity.code, location })
}

const waiting = () => owner.get(`/v1/reviews?activity_id=${activity.id}`).then(({ reviews }) => reviews)

beforeEach(async () => {
  owner = await signIn(newName('organiser'))
  organisation_id = (await owner.post('/v1/organisations', { name: '星光读书会' })).id
  activity = await owner.open({
    organisation_id,
    title: '新生讲座',
    place: PLACE,
    methods: ['code'],
    policy: { fence: 'review', undecided: 'absent' },
  })
  for (const name of ['王小明', '李小红', '赵大海']) await doubtful(name)
  await until(waiting, (reviews) => reviews.length === 3)
})

const visited = async (options = {}, to = '/console/reviews') => {
  const visit = await Visit.create(browser, { as: owner, ...options })
  visits.push(visit)
  await visit.go(to)
  await visit.sees('王小明')
  return visit
}

for (const { width, size, scheme } of VIEWS)
  test(`a case says what failed and by how much at ${width} px, ${scheme}`, async () => {
    const visit = await visited({ size, scheme })
    await visit.sees('定位不够准确')
    await visit.sees(/278 米/)
    await visit.sees('怎样才会自动通过')
    await visit.sees('还剩 3 天，之后按“算未到”处理')
    await visit.sees('全部 3')
    await visit.shot(`reviews-${width}-${scheme}`)
    await visit.accessible()
  })

test('keys decide, and one takes it back before anything is sent', async () => {
  const visit = await visited()
  const { page } = visit
  const current = page.locator('[aria-current=true]')
  await page.keyboard.press('j')
  assert.match(await current.innerText(), /李小红/)
  await page.keyboard.press('k')
  await page.keyboard.press('a')
  await visit.sees('已通过：王小明')
  assert.match(await current.innerText(), /李小红/)
  await visit.shot('reviews-undo')
  await page.keyboard.press('u')
  assert.match(await current.innerText(), /王小明/)
  assert.equal((await waiting()).length, 3)

  await page.keyboard.press('a')
  await until(waiting, (reviews) => reviews.length === 2)
  const accepted = async () => {
    const { people } = await owner.get(`/v1/activities/${activity.id}/people?status=checked_in`)
    return people.map(({ name }) => name).join()
  }
  await until(accepted, (names) => names === '王小明')
})

test('a reason goes with a refusal of many, and reaches them', async () => {
  const visit = await visited({}, `/console/activities/${activity.id}/reviews`)
  const { page } = visit
  await page.getByText('全选').click()
  await page.locator('.bulk').getByRole('button', { name: '不通过' }).click()
  await page.getByRole('dialog').locator('textarea').fill('现场没有见到')
  await visit.shot('reviews-refuse')
  await page.getByRole('dialog').getByRole('button', { name: '不通过' }).click()
  await visit.sees('不通过 3 人')
  await visit.sees('没有待人工核验的签到')
  await until(waiting, (reviews) => reviews.length === 0)
  const { reviews } = await owner.get(`/v1/reviews?activity_id=${activity.id}&state=refused`)
  assert.deepEqual(
    reviews.map(({ history }) => history.at(-1).reason),
    Array(3).fill('现场没有见到'),
  )
})

test('somebody who is on the list after all is matched to it, and that can be taken back', async () => {
  const listed = await openListed([{ name: '钱多多', number: '20260042' }], { methods: ['code'] })
  const { code } = await listed.owner.get(`${listed.path}/qr`)
  const person = await signIn(newName('visitor'))
  await person.call('PATCH', '/v1/me', { name: '钱多多' })
  await person.post('/v1/checkins', { attempt_id: newAttemptId(), method: 'code', code })
  const entry = async () => {
    const { entries } = await listed.owner.get(`/v1/rosters/${listed.roster.id}/entries`)
    return Boolean(entries[0].bound)
  }
  const visit = await Visit.create(browser, { as: listed.owner })
  visits.push(visit)
  await visit.go(`/console/activities/${listed.id}/reviews`)
  await visit.sees('不在名单中')
  await visit.page.locator('.case').getByRole('button', { name: '匹配到名单' }).click()
  const drawer = visit.page.getByRole('dialog')
  await drawer.getByText('20260042').waitFor()
  await visit.shot('reviews-match')
  await visit.accessible()
  await drawer.getByRole('button', { name: '就是此人' }).click()
  await visit.sees('已匹配到名单中的钱多多')
  assert.equal(await entry(), true)
  await visit.shot('reviews-matched')
  await drawer.getByRole('button', { name: '撤销匹配' }).click()
  await drawer.getByText('20260042').waitFor()
  assert.equal(await entry(), false)
})

test('who leaves has decided', async () => {
  const visit = await visited()
  await visit.page.keyboard.press('a')
  await visit.sees('已通过：王小明')
  await visit.page.getByRole('link', { name: '活动', exact: true }).first().click()
  await until(waiting, (reviews) => reviews.length === 2)
})

test('the queue is one list over activities, in either order and by activity', async () => {
  const other = await owner.open({ organisation_id, title: '例会', place: PLACE, methods: ['code'] })
  const first = activity
  activity = other
  await doubtful('孙悟空')
  await until(
    () => owner.get(`/v1/organisations/${organisation_id}/reviews`),
    ({ count }) => count === 4,
  )
  const visit = await visited({}, '/console/reviews?order=newest')
  const { page } = visit
  const current = page.locator('[aria-current=true]')
  assert.match(await current.innerText(), /孙悟空/)
  await page.keyboard.press('j')
  assert.match(await current.innerText(), /赵大海/)
  await visit.go(`/console/reviews?activity=${other.id}`)
  await visit.sees('全部 1')
  assert.equal(await page.getByText('王小明').count(), 0)
  await visit.shot('reviews-filtered')
  await visit.go(`/console/reviews?activity=${other.id}&reason=LATE`)
  await visit.sees('没有符合条件的待核验')
  await visit.shot('reviews-none-so')
  await visit.accessible()
  await visit.go('/console/')
  await visit.sees('3 条待人工核验')
  await visit.page
    .getByRole('link', { name: first.title ?? '新生讲座' })
    .first()
    .waitFor()
  await visit.shot('overview-waiting')
})

/** What may go wrong around a page: proxies that answer in the server's place, lost networks, and who sits there next. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { newAttemptId, newName, PLACE, signIn, UNCERTAIN, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit } from './browser.mjs'

const visits = []
let browser, owner, organisation_id, activity

before(async () => {
  browser = await launch()
  owner = await signIn(newName('organiser'))
  await owner.call('PATCH', '/v1/me', { name: '周小川' })
  organisation_id = (await owner.post('/v1/organisations', { name: '星光读书会' })).id
  activity = await owner.open({ organisation_id, title: '新生讲座', place: PLACE, methods: ['code'] })
})

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

after(() => browser?.close())

const visited = async (options) => {
  const visit = await Visit.create(browser, options)
  visits.push(visit)
  return visit
}

/** A refusal that no try again helps against, so that nobody waits for one. */
const problem = {
  type: '',
  title: '',
  status: 429,
  detail: '',
  reason: 'RATE_LIMITED',
  instance: '',
  retry_after_s: 3600,
}
const API = /\/v1\/(?!auth\/)/
const ANSWERS = [
  { status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) },
  { status: 413, contentType: 'text/html', body: '<html>Too large</html>' },
]

test('a limit of an hour and the page of a proxy are told on every screen, which goes on when they are over', async () => {
  const visit = await visited({ as: owner })
  const { page } = visit
  const screens = [
    ...['', 'activities', 'activities/new', 'reviews', 'rosters', 'organisation', 'sessions'],
    ...['', '/people', '/edit'].map((tab) => `activities/${activity.id}${tab}`),
  ]
  let at = 0
  await page.context().route(API, (route) => route.fulfill(ANSWERS[at % ANSWERS.length]))
  for (const screen of screens) {
    await visit.go(`/console/${screen}`)
    const alert = page.getByRole('alert').filter({ hasText: '重试' })
    await alert.waitFor().catch((error) => {
      throw new Error(`/console/${screen} says nothing of it`, { cause: error })
    })
    assert.equal(await page.locator('.skeleton').count(), 0, `/console/${screen} still looks as if it were loading`)
    at += 1
  }
  await visit.go('/console/activities')
  await page.getByRole('alert').waitFor()
  await page.context().unroute(API)
  await page.getByRole('button', { name: '重试' }).click()
  await visit.sees('新生讲座')
})

test('a wall that has not begun says that it cannot', async () => {
  const visit = await visited()
  await visit.page.context().route(API, (route) => route.abort('connectionfailed'))
  await visit.go(`/wall/${activity.id}`)
  await visit.sees('暂时连不上服务器')
  await visit.accessible()
})

/** Signs somebody in as people do, so that the browser has a cookie of its own. */
const enter = async (visit, phone) => {
  const answer = visit.page.waitForResponse(/\/v1\/auth\/console$/)
  if (!visit.page.url().includes('sign-in')) await visit.go('/console/sign-in?next=/console/reviews')
  const { ticket, digits } = await (await answer).json()
  await phone.post(`/v1/auth/console/${ticket}/approve`, { digits })
  await visit.page.waitForURL((url) => !url.pathname.endsWith('sign-in'))
}

/** Somebody whose location leaves it open whether they were there. */
const doubtful = async (name) => {
  const person = await signIn(newName('visitor'))
  await person.call('PATCH', '/v1/me', { name })
  const location = { latitude: UNCERTAIN.latitude, longitude: UNCERTAIN.longitude, coord: 'gcj02' }
  await person.post('/v1/checkins', {
    ...{ attempt_id: newAttemptId(), method: 'code', code: activity.code },
    location: { ...location, accuracy_m: UNCERTAIN.accuracy },
  })
}

test('who signs out has decided, and leaves nothing for who sits down next', async () => {
  const waiting = () => owner.get(`/v1/reviews?activity_id=${activity.id}`).then(({ reviews }) => reviews)
  await doubtful('王小明')
  await until(waiting, (reviews) => reviews.length === 1)
  const visit = await visited()
  const { page } = visit
  await enter(visit, owner)
  await visit.sees('王小明')
  await page.keyboard.press('a')
  await visit.sees(/撤回/)
  await page.getByRole('button', { name: /周小川/ }).click()
  const next = page.waitForResponse(/\/v1\/auth\/console$/)
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.waitForURL(/sign-in/)
  await until(waiting, (reviews) => reviews.length === 0)

  const stranger = await signIn(newName('stranger'))
  const own = (await stranger.post('/v1/organisations', { name: '陌生人的组织' })).id
  await stranger.open({ organisation_id: own, title: '另一个活动', methods: ['code'] })
  const { ticket, digits } = await (await next).json()
  const asked = []
  page.on('request', (request) => asked.push(new URL(request.url()).search))
  await stranger.post(`/v1/auth/console/${ticket}/approve`, { digits })
  await page.waitForURL((url) => !url.pathname.endsWith('sign-in'))
  await page.getByRole('link', { name: '活动', exact: true }).click()
  await visit.sees('另一个活动')
  assert.ok(!(await page.locator('body').innerText()).match(/星光读书会|新生讲座|王小明|周小川/))
  assert.ok(!asked.some((search) => search.includes(organisation_id)), 'nothing is asked of an organisation of before')

  await page.goBack()
  await page.goBack()
  assert.ok(!(await page.locator('body').innerText()).match(/星光读书会|新生讲座|王小明|周小川/))
})

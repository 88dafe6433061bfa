/** Signing in by scanning, in a browser against the real stack: with a phone, with the simulator, and what else may happen. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { newName, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit, VIEWS } from './browser.mjs'

const visits = []
let browser

before(async () => {
  browser = await launch()
})

afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.close())))

after(() => browser?.close())

/** A browser on the sign-in page, and the ticket that it shows. */
const asking = async (to = '/console/sign-in', options = {}) => {
  const visit = await Visit.create(browser, options)
  visits.push(visit)
  const answer = visit.page.waitForResponse(/\/v1\/auth\/console$/)
  await visit.go(to)
  const ticket = await (await answer).json()
  await visit.sees(ticket.digits)
  return { visit, ticket }
}

const isInside = (url) => !url.pathname.endsWith('sign-in')

const approve = (phone, { ticket, digits }) => phone.post(`/v1/auth/console/${ticket}/approve`, { digits })

for (const { width, size, scheme } of VIEWS)
  test(`the sign-in page is readable at ${width} px, ${scheme}`, async () => {
    const { visit } = await asking('/console/sign-in', { size, scheme })
    await visit.sees('等待手机扫码')
    await visit.shot(`sign-in-${width}-${scheme}`)
    await visit.accessible()
  })

test('a phone lets the browser in, which goes to where it was headed and stays signed in', async () => {
  const phone = await signIn(newName('organiser'))
  const { visit, ticket } = await asking('/console/activities?phase=now')
  await approve(phone, ticket)
  await visit.page.waitForURL(isInside)
  assert.equal(new URL(visit.page.url()).search, '?phase=now')

  await visit.page.reload()
  await visit.page.getByRole('link', { name: '登录设备' }).click()
  await visit.sees('当前')
  const cookies = await visit.page.context().cookies()
  const [cookie] = cookies.filter(({ name }) => name === 'qiandao_console')
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/v1/auth/console'])
  const kept = await visit.page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  )
  assert.ok(!kept.includes('eyJ') && !kept.includes(cookie.value), 'no token is where scripts find it later')
})

test('somebody of the simulator signs in with one click', async () => {
  const { visit } = await asking()
  const link = await visit.page.getByRole('link', { name: /微信模拟器/ }).getAttribute('href')
  const simulator = await browser.newPage()
  await simulator.goto(link)
  await simulator.getByRole('button', { name: '王小明' }).click()
  await visit.page.waitForURL((url) => url.pathname === '/console/')
  await simulator.close()
})

test('a refusal on the phone is told, and another QR is a click away', async () => {
  const phone = await signIn(newName('organiser'))
  const { visit, ticket } = await asking()
  await phone.post(`/v1/auth/console/${ticket.ticket}/deny`)
  await visit.sees('手机上拒绝了这次登录')
  await visit.shot('sign-in-denied')
  await visit.accessible()
  await visit.page.getByRole('button', { name: '重新扫码' }).click()
  await visit.sees('等待手机扫码')
})

test('without a network the page says so, and goes on with its QR when it is back', async () => {
  const phone = await signIn(newName('organiser'))
  const { visit, ticket } = await asking()
  await visit.page.context().setOffline(true)
  await visit.sees('网络不可用')
  await approve(phone, ticket)
  await visit.page.context().setOffline(false)
  await visit.page.waitForURL(isInside)
})

test('an expired QR is renewed by itself', async () => {
  const { visit, ticket } = await asking()
  const next = visit.page.waitForResponse(/\/v1\/auth\/console$/)
  await visit.page
    .context()
    .route('**/v1/auth/console/poll', (route) => route.fulfill({ json: { state: 'expired', session: null } }), {
      times: 1,
    })
  const renewed = await (await next).json()
  assert.notEqual(renewed.ticket, ticket.ticket)
  await visit.sees(renewed.digits)
})

test('a session that was ended on the phone is out, in every tab', async () => {
  const phone = await signIn(newName('organiser'))
  const { visit, ticket } = await asking()
  await approve(phone, ticket)
  await visit.page.waitForURL(isInside)
  const { sessions } = await phone.get('/v1/me/sessions')
  await phone.call('DELETE', `/v1/me/sessions/${sessions.find(({ kind }) => kind === 'console').id}`)
  await visit.go('/console/sessions')
  await visit.page.waitForURL(/sign-in/)
})

for (const { width, size, scheme } of VIEWS)
  test(`sessions are listed and ended at ${width} px, ${scheme}`, async () => {
    const phone = await signIn(newName('organiser'))
    const [one, other] = [await asking('/console/sessions', { size, scheme }), await asking()]
    await approve(phone, other.ticket)
    await other.visit.page.waitForURL(isInside)
    await approve(phone, one.ticket)
    await one.visit.sees('当前')
    await one.visit.shot(`sessions-${width}-${scheme}`)
    await one.visit.accessible()
    await one.visit.page
      .getByRole('button', { name: /^退出 Linux/ })
      .last()
      .click()
    await one.visit.page.locator('.el-popper:visible').getByRole('button', { name: '退出' }).click()
    await until(
      async () => (await phone.get('/v1/me/sessions')).sessions.filter(({ kind }) => kind === 'console').length,
      (count) => count === 1,
    )
  })

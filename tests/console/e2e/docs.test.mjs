/** The documentation of the API in a browser: all of it ours, and a call of it works. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newName, signIn } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit } from './browser.mjs'

let browser

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

test('a newcomer gives their token, tries a call, and reads its answer', async () => {
  const person = await signIn(newName('reader'))
  const visit = await Visit.create(browser)
  const { page } = visit
  await visit.go('/docs')
  await visit.sees('/v1/me')
  await page.getByRole('button', { name: 'Authorize' }).first().click()
  await page.getByLabel('auth-bearer-value').fill(person.token)
  await page.locator('.auth-btn-wrapper').first().getByRole('button', { name: 'Apply credentials' }).click()
  await page.getByRole('button', { name: 'Close' }).first().click()
  // Sections are drawn as one scrolls there: a filter brings one up.
  await page.getByPlaceholder('Filter by tag or path').fill('identity')
  const operation = page.locator('#operations-identity-get_me_v1_me_get')
  await operation.locator('button.opblock-summary-control').click()
  await visit.shot('docs')
  await operation.getByRole('button', { name: 'Execute' }).click()
  const answer = operation.locator('.live-responses-table')
  await answer.getByText('"created_at"').waitFor()
  assert.match(await answer.innerText(), new RegExp(person.user.id))
  await visit.shot('docs-answered')
  await visit.close()
})

/** Everybody can read and use every screen: on the smallest phone, light and dark, with usual and with larger text. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { measure } from '../harness/accessible.mjs'
import { OUT } from '../harness/build.mjs'
import { launch, SMALL } from '../harness/browser.mjs'
import { serve } from '../harness/server.mjs'
import { built } from './built.mjs'
import { Phones } from './phones.mjs'
import { allScreens } from './screens.mjs'

// While one is still, others draw.
const AT_ONCE = 3
const WAYS = ['light', 'dark'].flatMap((colorScheme) => [1, 1.3].map((font) => ({ colorScheme, font })))

let server
let browser

before(async () => {
  await built()
  server = await serve(OUT)
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.close()
})

/** What came of it is told to who cannot see it. */
const isAnnounced = async (phone) =>
  (await phone.route()) !== 'pages/result/result' || (await phone.page.locator('.h-page:not([hidden]) [role=alert] .heading').count()) === 1

/** The lower of two figures of each kind. */
const lower = (known, found) => {
  for (const [kind, figure] of Object.entries(found)) if (!known[kind] || figure.is < known[kind].is) known[kind] = figure
}

/** Everything that is wrong on a screen; the figures go into `worst`. */
const findingsOn = async (phone, worst) => {
  const findings = (await isAnnounced(phone)) ? [] : ['the outcome is not announced']
  for (const way of WAYS) {
    const measured = await measure(phone, way)
    lower(worst[way.colorScheme], measured.worst)
    findings.push(...measured.findings.map((finding) => `${way.colorScheme} ${way.font}: ${finding}`))
  }
  return findings
}

test('texts have contrast, targets have size, controls have names, and nothing is cut off', { concurrency: AT_ONCE }, async (context) => {
  const worst = { light: {}, dark: {} }
  const screens = await allScreens()
  const phones = new Phones(browser, server.url, { size: SMALL })
  await Promise.all(screens.map((screen) => context.test(screen.name, async () => {
    assert.deepEqual(await phones.show(screen, (phone) => findingsOn(phone, worst)), [])
  })))
  for (const [scheme, figures] of Object.entries(worst)) {
    context.diagnostic(`${scheme}: ${Object.entries(figures).map(([kind, { is, what }]) => `${kind} ${is} (${what})`).join(', ')}`)
  }
})

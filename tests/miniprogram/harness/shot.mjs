/**
 * Takes a picture of one page: `node tests/miniprogram/harness/shot.mjs <page path?query> out.png`
 *
 * [--width 375 --height 812] [--font 1.3] [--fx '{"login": "sim:li"}'] [--eval 'run after the start'] [--wait ms]
 * [--full] (as high as the page is) [--tap text]... [--root folder of app.json] [--keep] (no new build)
 *
 * Prints what went wrong on the page: errors, unknown parts of wx, broken rules, foreign hosts.
 */

import path from 'node:path'
import { parseArgs } from 'node:util'
import { build, OUT, PRODUCT } from './build.mjs'
import { launch, Phone } from './browser.mjs'
import { serve } from './server.mjs'

const text = { type: 'string' }
const { values, positionals: [page = '', file = 'shot.png'] } = parseArgs({
  allowPositionals: true,
  options: {
    width: text, height: text, font: text, fx: text, eval: text, wait: text, root: text,
    tap: { type: 'string', multiple: true, default: [] }, full: { type: 'boolean' }, keep: { type: 'boolean' },
  },
})

const ROOM_PX = 44

const growToContent = async (phone, size) => {
  const height = await phone.page.evaluate(() => document.querySelector('.h-page:not([hidden]) .wx-page').scrollHeight)
  await phone.page.setViewportSize({ width: size.width, height: Math.max(size.height, height + ROOM_PX) })
}

const out = values.root ? `${OUT}-${path.basename(values.root)}` : OUT
if (!values.keep) await build(values.root || PRODUCT, out)
const server = await serve(out)
const browser = await launch()
const size = { width: Number(values.width || 375), height: Number(values.height || 812) }
const phone = await Phone.create(browser, server.url, { size, scale: 2, font: Number(values.font || 1), fx: JSON.parse(values.fx || '{}') })
try {
  await phone.open(page)
  if (values.eval) await phone.page.evaluate(values.eval)
  for (const each of values.tap) await phone.tap(each)
  await phone.page.waitForTimeout(Number(values.wait || 600))
  if (values.full) await growToContent(phone, size)
  await phone.page.screenshot({ path: file })
  const faults = [...await phone.faults(), ...phone.console.map((each) => `console: ${each}`)]
  console.log(`${file}: ${await phone.route()}`)
  faults.forEach((fault) => console.log(`  ${fault}`))
} finally {
  await browser.close()
  await server.close()
}

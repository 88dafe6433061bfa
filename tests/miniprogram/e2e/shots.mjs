/**
 * Pictures of every page in every state, light and dark, on a small phone with enlarged text and on a large one: `npm run shots`
 *
 * They are written to .local/miniprogram-shots, with a sheet of all for each phone, and are there to be looked at: nothing
 * is compared. Needs the stack.
 */

import fs from 'node:fs'
import path from 'node:path'
import { build, OUT, ROOT } from '../harness/build.mjs'
import { LARGE, launch, SMALL } from '../harness/browser.mjs'
import { serve } from '../harness/server.mjs'
import { Phones } from './phones.mjs'
import { allScreens } from './screens.mjs'

const FOLDER = path.join(ROOT, '.local', 'miniprogram-shots')
const PHONES = { small: { size: SMALL, font: 1.3 }, large: { size: LARGE, font: 1 } }
const SCHEMES = ['light', 'dark']
const COLUMNS = 8

/** Both pictures of a screen, and on the console what went wrong on it. */
const take = async (phone, folder, name) => {
  const taken = []
  for (const colorScheme of SCHEMES) {
    await phone.page.emulateMedia({ colorScheme })
    const file = path.join(folder, `${name}-${colorScheme}.png`)
    await phone.page.screenshot({ path: file })
    taken.push({ name: `${name}-${colorScheme}`, file })
  }
  const faults = await phone.faults()
  if (faults.length) console.log(`  ${name}: ${faults.join('; ')}`)
  return taken
}

/** One picture of all. */
const sheet = async (browser, taken, file) => {
  const page = await browser.newPage({ viewport: { width: COLUMNS * 240, height: 400 } })
  const figures = taken.sort((left, right) => left.name.localeCompare(right.name)).map(({ name, file: picture }) =>
    `<figure><img src="data:image/png;base64,${fs.readFileSync(picture, 'base64')}"><figcaption>${name}</figcaption></figure>`)
  await page.setContent(`<style>body { margin: 0; display: grid; grid-template-columns: repeat(${COLUMNS}, 1fr); background: #999; font: 12px sans-serif; }
    figure { margin: 6px; } img { width: 100%; display: block; }</style>${figures.join('')}`)
  await page.screenshot({ path: file, fullPage: true })
  await page.close()
}

await build()
fs.rmSync(FOLDER, { recursive: true, force: true })
const server = await serve(OUT)
const browser = await launch()
await Promise.all(Object.entries(PHONES).map(async ([name, options]) => {
  const folder = path.join(FOLDER, name)
  fs.mkdirSync(folder, { recursive: true })
  const taken = []
  const phones = new Phones(browser, server.url, { ...options, scale: 2 })
  for (const screen of await allScreens()) {
    taken.push(...await phones.show(screen, (phone) => take(phone, folder, screen.name)))
  }
  await sheet(browser, taken, `${folder}.png`)
  console.log(`${name}: ${taken.length} pictures in ${path.relative(ROOT, folder)}`)
}))
await browser.close()
await server.close()

/** Prints how large the packages are and how long a start takes in the browser here: `node figures.mjs` */

import { launch, Phone } from './browser.mjs'
import { build, OUT } from './build.mjs'
import { packageSizes } from './packages.mjs'
import { serve } from './server.mjs'

const STARTS = 9

const median = (values) => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]

/** From the first byte of the page to the first one shown, each start with an empty storage. */
const startMs = async (browser, url) => {
  const phone = await Phone.create(browser, url)
  await phone.open('pages/home/home')
  const took = await phone.page.evaluate(() => window.__boot_ms)
  await phone.close()
  return took
}

const built = await build()
for (const [name, bytes] of Object.entries(packageSizes(built.project))) console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`)
console.log(`${'build'.padEnd(10)} ${String(built.ms).padStart(6)} ms`)
const server = await serve(OUT)
const browser = await launch()
const starts = []
for (let count = 0; count < STARTS; count += 1) starts.push(await startMs(browser, server.url))
console.log(`${'start'.padEnd(10)} ${String(median(starts)).padStart(6)} ms, median of ${STARTS} from ${Math.min(...starts)} to ${Math.max(...starts)}`)
await browser.close()
await server.close()

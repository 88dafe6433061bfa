/**
 * What a first visit costs: bytes, the largest paint and what jumped, with a CPU four times slower: `npm run first-view`
 *
 * Each page is opened by a browser that has nothing of it yet, `--repeat` times, and the median counts. The network is the
 * loopback: on a slow one, the bytes say more. Aims: 250 KB gzip, 1.5 s, nothing jumps. Needs the stack.
 */

import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { openListed } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit } from '../e2e/browser.mjs'

const SLOWER = 4
const MOST_KB = 250
const MOST_MS = 1500
const BUILT = fileURLToPath(new URL('../../../console/dist/files.json', import.meta.url))
const { repeat } = parseArgs({ options: { repeat: { type: 'string', default: '5' } } }).values

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]

/** Keeps, in the page, when the largest thing was painted and how far things jumped. */
const watch = () => {
  window.seen = { lcp: 0, shift: 0, jumped: [] }
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) window.seen.lcp = startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) {
        window.seen.shift += value
        window.seen.jumped.push(...sources.map(({ node }) => node?.className || node?.nodeName))
      }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** One visit of a new browser. */
const measured = async (browser, { as, to, text }) => {
  const visit = await Visit.create(browser, { as })
  const { page } = visit
  await page.addInitScript(watch)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await visit.go(to)
  await visit.sees(text)
  // The page asks for nothing more, and a frame with all of it was painted.
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
  const seen = await page.evaluate(() => window.seen)
  await page.context().close()
  return { ...seen, kb: bytes / 1024 }
}

const browser = await launch()
try {
  const { owner, id } = await openListed([{ name: '张伟' }, { name: '王芳' }], { title: '高等数学' })
  const pages = {
    'sign-in': { to: '/console/sign-in', text: '等待手机扫码' },
    overview: { as: owner, to: '/console/', text: '高等数学' },
    activity: { as: owner, to: `/console/activities/${id}`, text: '最近签到' },
  }
  console.log(
    `load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} cores; CPU ${SLOWER}x slower; ${repeat} visits each`,
  )
  for (const [name, page] of Object.entries(pages)) {
    const visits = []
    for (let visit = 0; visit < Number(repeat); visit += 1) visits.push(await measured(browser, page))
    const of = (what) => median(visits.map((one) => one[what]))
    const jumped = [...new Set(visits.flatMap((one) => one.jumped))].join(', ')
    const over = [of('kb') > MOST_KB && 'bytes', of('lcp') > MOST_MS && 'paint', of('shift') && 'jumps'].filter(Boolean)
    console.log(
      `${name.padEnd(9)} ${of('kb').toFixed(0).padStart(4)} KB on the wire  LCP ${of('lcp').toFixed(0).padStart(5)} ms` +
        `  CLS ${of('shift').toFixed(4)}${jumped && ` (${jumped})`}${over.length ? `  OVER: ${over.join(', ')}` : ''}`,
    )
  }
  console.log('\n    KB  gzip  brotli  the largest files of the build')
  const files = Object.entries(JSON.parse(fs.readFileSync(BUILT, 'utf8'))).filter(([file]) => !file.startsWith('docs/'))
  const kb = (size) => (size / 1024).toFixed(1).padStart(6)
  for (const [file, { sizes }] of files
    .sort(([, one], [, other]) => other.sizes.identity - one.sizes.identity)
    .slice(0, 12))
    console.log(`${kb(sizes.identity)}${kb(sizes.gzip ?? sizes.identity)}  ${kb(sizes.br ?? sizes.identity)}  ${file}`)
} finally {
  await browser.close()
}

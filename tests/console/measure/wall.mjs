/**
 * A wall through an hour of a hall in a few minutes: `npm run wall-hour -- --minutes=5 --people=600`
 *
 * People come all the while, the QR changes as often as in an hour, and ten times the network goes. Whatever the wall
 * shows is written down: no number may go back, none may be missing once the network is there, and memory stays where it
 * was after the first tenth. Needs the stack.
 */

import assert from 'node:assert/strict'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { newName, openActivity, signIn, until } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit } from '../e2e/browser.mjs'

const OUTAGES = 10
/** Of a tenth, how long the network is away. */
const AWAY = 0.3
const HOUR_S = 3600
const LEAST_PERIOD_S = 10
/** What may be there more at the end: the numbers of more minutes, and noise of the collector. */
const MORE_MB = 3
const { minutes, people } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, people: { type: 'string', default: '600' } },
}).values
const tenth_ms = (Number(minutes) * 60_000) / OUTAGES
const each = Math.floor(Number(people) / OUTAGES)

/** Every number that the wall ever shows, in order. */
const note = () => {
  window.numbers = []
  const place = document.querySelector('.came strong')
  const keep = () => {
    const shown = Number(document.querySelector('.came strong')?.textContent)
    if (shown !== window.numbers.at(-1)) window.numbers.push(shown)
  }
  keep()
  new MutationObserver(keep).observe(place.closest('main'), { subtree: true, childList: true, characterData: true })
}

const memoryOf = async (devtools) => {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters')
  return { mb: usedSize / 1024 ** 2, nodes, jsEventListeners }
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms))

/** People who come spread over a time. */
const come = async (activity, crowd, within_ms) => {
  const began = Date.now()
  for (const [index, person] of crowd.entries()) {
    await rest(began + (within_ms * index) / crowd.length - Date.now())
    await person.come(activity.code)
  }
}

const browser = await launch()
try {
  // As many changes of the QR as an hour has, in so many minutes; as often as it may change where they are fewer than ten.
  const qr_period_s = Math.max(LEAST_PERIOD_S, Math.round((60 * Number(minutes) * 60) / HOUR_S))
  const activity = await openActivity({ methods: ['qr', 'code'], policy: {}, place: undefined, qr_period_s })
  const { url } = await activity.owner.post(`${activity.path}/displays`, { kind: 'wall', show_names: 'masked' })
  const visit = await Visit.create(browser)
  const { page } = visit
  await visit.go(new URL(url).pathname)
  await page.getByRole('button', { name: '在此屏幕打开' }).click()
  await page.locator('.came strong', { hasText: /^0$/ }).waitFor()
  await page.evaluate(note)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('HeapProfiler.enable')
  console.log(
    `load ${os.loadavg()[0].toFixed(1)}; ${minutes} minutes, ${each * OUTAGES} people, a new QR every ${qr_period_s} s`,
  )
  const memories = []
  for (let outage = 1; outage <= OUTAGES; outage += 1) {
    const crowd = []
    for (let one = 0; one < each; one += 1) crowd.push(await signIn(newName('visitor')))
    const away = Math.floor(each * AWAY)
    await page.context().setOffline(true)
    await come(activity, crowd.slice(0, away), tenth_ms * AWAY)
    await page.context().setOffline(false)
    const back = performance.now()
    await page.locator('.came strong', { hasText: new RegExp(`^${(outage - 1) * each + away}$`) }).waitFor()
    const caught_ms = performance.now() - back
    await come(activity, crowd.slice(away), tenth_ms * (1 - AWAY))
    await page.locator('.came strong', { hasText: new RegExp(`^${outage * each}$`) }).waitFor()
    const memory = await memoryOf(devtools)
    memories.push(memory)
    console.log(
      `${String(outage).padStart(2)}  ${outage * each} shown, up to date ${caught_ms.toFixed(0)} ms after the network;` +
        ` ${memory.mb.toFixed(1)} MB, ${memory.nodes} nodes, ${memory.jsEventListeners} listeners`,
    )
  }
  const numbers = await page.evaluate(() => window.numbers)
  assert.deepEqual(
    numbers,
    [...numbers].sort((one, other) => one - other),
    'a number went back',
  )
  const { checked_in } = await until(
    () => activity.stats(),
    (stats) => stats.checked_in === each * OUTAGES,
  )
  assert.equal(numbers.at(-1), checked_in)
  const [first, last] = [memories[0], memories.at(-1)]
  console.log(
    `${numbers.length} numbers shown, none went back; ${(last.mb - first.mb).toFixed(1)} MB more than at first`,
  )
  assert.ok(last.mb - first.mb <= MORE_MB, 'memory grew')
} finally {
  await browser.close()
}

/**
 * The list of people with 100,000 of them: the first row, scrolling, memory of the tab: `npm run people-list`
 *
 * The pages of the list are answered by this program, in the shape of the API and 200 people each, so it is the browser
 * that is measured; the activity, its numbers and everything else are the stack's. Needs the stack.
 */

import os from 'node:os'
import { parseArgs } from 'node:util'
import { openListed } from '../../miniprogram/e2e/stack.mjs'
import { launch, Visit } from '../e2e/browser.mjs'

const PAGE = 200
const { people: asked } = parseArgs({ options: { people: { type: 'string', default: '100000' } } }).values
const COUNT = Number(asked)
const SCROLLED_FRAMES = 300

const personAt = (index) => ({
  user_id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  entry_id: null,
  name: `来宾${index}`,
  number: String(2026000000 + index),
  group: `${(index % 40) + 1} 班`,
  status: ['checked_in', 'checked_in', 'checked_in', 'pending_review', 'refused'][index % 5],
  punctuality: index % 9 ? 'on_time' : 'late',
  checked_in_at: new Date(1_790_000_000_000 + index * 37).toISOString(),
  left_at: null,
  method: 'qr',
  gate: index % 2 ? '北门' : '南门',
  mark: null,
  answer: null,
  is_listed: true,
  reasons: index % 5 === 3 ? ['FENCE_UNCERTAIN'] : [],
  details: [],
})

/** One page of the list, by its token: where it begins. */
const pageFrom = (token) => {
  const from = Number(token || 0)
  const people = Array.from({ length: Math.min(PAGE, COUNT - from) }, (_, index) => personAt(from + index))
  return { people, next_page_token: from + PAGE < COUNT ? String(from + PAGE) : '' }
}

const memory = async (devtools) => {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { nodes } = await devtools.send('Memory.getDOMCounters')
  return `${(usedSize / 1024 ** 2).toFixed(1)} MB heap, ${nodes} nodes`
}

/** Goes to the end again and again until all of them are there. */
const readAll = (count) => {
  const list = document.querySelector('[role=rowgroup][tabindex]')
  const rows = document.querySelector('[role=table]')
  return new Promise((done) => {
    const step = () => {
      list.scrollTop = list.scrollHeight
      if (Number(rows.getAttribute('aria-rowcount')) === count + 1) done()
      else requestAnimationFrame(step)
    }
    step()
  })
}

/** Frames while it is scrolled from one end to the other, in milliseconds. */
const scrolled = (frames) => {
  const list = document.querySelector('[role=rowgroup][tabindex]')
  const took = []
  return new Promise((done) => {
    let before = performance.now()
    const step = (now) => {
      took.push(now - before)
      before = now
      list.scrollTop = (list.scrollHeight * took.length) / frames
      if (took.length < frames) requestAnimationFrame(step)
      else done(took.slice(1).sort((one, other) => one - other))
    }
    requestAnimationFrame(step)
  })
}

const browser = await launch()
try {
  const { owner, id } = await openListed([{ name: '张伟' }], { title: '百年校庆', gates: ['北门', '南门'] })
  const visit = await Visit.create(browser, { as: owner })
  const { page } = visit
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('HeapProfiler.enable')
  await page.route(/\/v1\/activities\/[^/]+\/people\?/, (route) =>
    route.fulfill({ json: pageFrom(new URL(route.request().url()).searchParams.get('page_token')) }),
  )
  console.log(`load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} cores; ${COUNT} people, pages answered here`)
  const began = performance.now()
  await visit.go(`/console/activities/${id}/people`)
  await visit.page.getByRole('button', { name: '来宾0', exact: true }).waitFor()
  console.log(`first row after ${(performance.now() - began).toFixed(0)} ms; ${await memory(devtools)}`)
  const reading = performance.now()
  await page.evaluate(readAll, COUNT)
  console.log(`all of them read in ${((performance.now() - reading) / 1000).toFixed(1)} s; ${await memory(devtools)}`)
  const frames = await page.evaluate(scrolled, SCROLLED_FRAMES)
  const at = (part) => frames[Math.floor(part * (frames.length - 1))].toFixed(1)
  const slow = frames.filter((took) => took > 50).length
  console.log(
    `frames from end to end: p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)} ms; ${slow} of ${frames.length} over 50 ms`,
  )
  await visit.page.getByRole('button', { name: `来宾${COUNT - 1}`, exact: true }).waitFor()
  await visit.close()
} finally {
  await browser.close()
}

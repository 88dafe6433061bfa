/** When a phone shows all that it is going to show. */

const QUIET_MS = 200
const STILL_MS = 20000
const LOADING = '正在加载'

/** Counts the answers of the server that a page waits for; a stream of live numbers never ends. */
export const awaited = (page) => {
  const asked = new Set()
  page.on('request', (request) => { if (/\/v1\//.test(request.url()) && !/\/live$/.test(request.url())) asked.add(request) })
  for (const event of ['requestfinished', 'requestfailed']) page.on(event, (request) => asked.delete(request))
  return () => asked.size
}

/** Until nothing was drawn for a moment, and what grows in has grown. */
const quiet = (page) => page.evaluate((quiet_ms) => new Promise((resolve) => {
  const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity
  const done = () => Promise.all(document.getAnimations().filter(ends).map((each) => each.finished)).then(() => resolve())
  let timer = setTimeout(done, quiet_ms)
  new MutationObserver(() => {
    clearTimeout(timer)
    timer = setTimeout(done, quiet_ms)
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
}), QUIET_MS)

const isLoading = (page) => page.evaluate((loading) =>
  window.getCurrentPages().at(-1).data.is_loading === true || document.querySelector('.h-page:not([hidden])').innerText.includes(loading), LOADING)

/**
 * Waits until a phone is still.
 *
 * @param {import('../harness/browser.mjs').Phone} phone
 * @param {() => number} waiting Of `awaited`.
 * @param {boolean} hangs What it waits for never comes.
 */
export const still = async (phone, waiting, hangs) => {
  const end = Date.now() + STILL_MS
  do {
    await quiet(phone.page)
    if (hangs || (!waiting() && !(await isLoading(phone.page)))) return
  } while (Date.now() < end)
  throw new Error(`${await phone.route()} is never still`)
}

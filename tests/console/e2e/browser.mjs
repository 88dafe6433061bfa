/** A browser of an organiser: signed in, watched for everything that must not be, and its pictures. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { violations } from './axe.mjs'
import { launch } from '../../miniprogram/harness/browser.mjs'
import { gatewayUrl } from '../../miniprogram/harness/server.mjs'

export { launch }

export const LARGE = { width: 1440, height: 900 }
export const SMALL = { width: 390, height: 844 }
/** Each size and each scheme once; every pair of them for who looks at the pictures: EVERY_VIEW=1. */
export const VIEWS = [
  { width: 1440, size: LARGE, scheme: 'light' },
  { width: 390, size: SMALL, scheme: 'dark' },
  ...(process.env.EVERY_VIEW
    ? [
        { width: 1440, size: LARGE, scheme: 'dark' },
        { width: 390, size: SMALL, scheme: 'light' },
      ]
    : []),
]
const SHOTS = fileURLToPath(new URL('../../../.local/console-shots', import.meta.url))
const SEEN_MS = 30_000
/** Chromium logs every refusal; the page says what it makes of it. */
const IS_ANSWER = /^Failed to load resource: /

/** One browser with its own storage. */
export class Visit {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page
    this.faults = []
    this.origins = [gatewayUrl()]
    page.on('console', (said) => {
      if (['error', 'warning'].includes(said.type()) && !IS_ANSWER.test(said.text())) this.faults.push(said.text())
    })
    page.on('pageerror', (error) => this.faults.push(String(error.stack)))
    page.context().on('request', (asked) => {
      if (!/^(data|blob):/.test(asked.url()) && !this.origins.some((one) => asked.url().startsWith(one)))
        this.faults.push(`outside: ${asked.url()}`)
    })
  }

  /**
   * A new browser, signed in as somebody if they are given.
   *
   * @param {import('playwright-core').Browser} browser
   * @param {{as?: {token: string, user: object}, size?: {width: number, height: number}, scheme?: 'light' | 'dark', locale?: string}} [options]
   */
  static async create(browser, { as, size = LARGE, scheme = 'light', locale = 'zh-CN' } = {}) {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      locale,
      timezoneId: 'Asia/Shanghai',
    })
    const visit = new Visit(await context.newPage())
    if (as) await visit.signIn(as)
    return visit
  }

  /**
   * What a browser has after signing in: the cookie's answer to a refresh, and what proves that this page asks. It is given
   * in the page: a route would have every request of the browser come by here, and nothing be cached.
   */
  async signIn({ token, user }) {
    await this.page.context().addInitScript(
      (said) => {
        const { fetch } = window
        window.fetch = (asked, ...how) =>
          asked === '/v1/auth/console/refresh' ? Promise.resolve(Response.json(said)) : fetch(asked, ...how)
      },
      { access_token: token, expires_in: 900, csrf_token: 'of-a-test', user },
    )
    await this.page.addInitScript(() => localStorage.setItem('qiandao-csrf', 'of-a-test'))
  }

  /** Another place that may be asked from now on, such as the simulator of WeChat, which opens beside the console. */
  mayAsk(origin) {
    this.origins.push(origin)
    this.faults = this.faults.filter((one) => !one.startsWith(`outside: ${origin}`))
  }

  go(to) {
    return this.page.goto(gatewayUrl() + to)
  }

  /** Keeps a question of the page waiting until what this returns is called. */
  async holds(question) {
    let letGo
    const isLetGo = new Promise((done) => (letGo = done))
    await this.page.context().route(question, async (route) => {
      await isLetGo
      await route.continue()
    })
    return letGo
  }

  text(text, options) {
    return this.page.getByText(text, options).first()
  }

  /** Waits for a text; says what there is instead. */
  async sees(text, options = {}) {
    try {
      await this.text(text).waitFor({ state: 'visible', timeout: SEEN_MS, ...options })
    } catch (error) {
      throw new Error(`no ${text} at ${this.page.url()}:\n${await this.page.locator('body').innerText()}`, {
        cause: error,
      })
    }
  }

  /** A picture to be looked at, in .local/console-shots. */
  async shot(name, { fullPage = false } = {}) {
    this.keep(`${name}.png`, await this.page.screenshot({ fullPage }))
  }

  /** What the page made, beside the pictures. */
  keep(name, bytes) {
    fs.mkdirSync(SHOTS, { recursive: true })
    fs.writeFileSync(path.join(SHOTS, name), bytes)
  }

  /** The page as a printer gets it, to be looked at beside the pictures. */
  async paper(name) {
    fs.mkdirSync(SHOTS, { recursive: true })
    await this.page.pdf({ path: path.join(SHOTS, `${name}.pdf`), format: 'A4', preferCSSPageSize: true })
  }

  /** Nothing that not everybody can read or use, and nothing wider than the screen. */
  async accessible() {
    // What fades in is as pale as it is for that moment only, and begins to a frame after it was asked for.
    await this.page.evaluate(async () => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      const moving = () =>
        document
          .getAnimations()
          .filter((each) => each.playState === 'running' && Number.isFinite(each.effect?.getComputedTiming().endTime))
      do {
        await Promise.all(moving().map((each) => each.finished.catch(() => {})))
        await drawn()
      } while (moving().length)
    })
    assert.deepEqual(await violations(this.page), [])
    const { scrollWidth, clientWidth } = await this.page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      clientWidth: document.documentElement.clientWidth,
    }))
    assert.ok(scrollWidth <= clientWidth, `${scrollWidth} px wide on ${clientWidth}`)
  }

  /** Ends it; nothing may have gone wrong meanwhile. */
  async close() {
    await this.page.context().close()
    assert.deepEqual(this.faults, [])
  }
}

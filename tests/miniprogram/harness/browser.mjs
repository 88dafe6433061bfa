/** Phones in headless Chromium: each with its own storage, fixtures and owner. */

import fs from 'node:fs'
import { chromium } from 'playwright-core'

/** Without windows where it is there: a whole Chromium makes one for each phone, and takes four times the CPU to start it. */
const SHELL = '/usr/bin/chromium-headless-shell'
const PROGRAM = process.env.QIANDAO_CHROMIUM || (fs.existsSync(SHELL) ? SHELL : '/usr/bin/chromium')
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // Nobody else is reached.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]
/** What a browser asks nobody for. */
const OF_ITSELF = /^(data|blob|about):/
const BOOT_MS = 60000
const SEEN_MS = 60000
const TAP_MS = 60000

export const SMALL = { width: 320, height: 568 }
export const USUAL = { width: 375, height: 812 }
export const LARGE = { width: 430, height: 932 }

export const launch = () => chromium.launch({ executablePath: PROGRAM, headless: true, args: ARGUMENTS })

/** One phone: what went wrong on it, and ways to use it. */
export class Phone {
  /** @param {import('playwright-core').Page} page */
  constructor(page, url) {
    this.page = page
    this.url = url
    this.outside = []
    this.console = []
    this.taps = 0
    page.on('console', (message) => { if (message.type() === 'error') this.console.push(message.text()) })
    page.on('pageerror', (error) => this.console.push(String(error.stack)))
  }

  /**
   * A new phone.
   *
   * @param {import('playwright-core').Browser} browser
   * @param {string} url Of `serve`.
   * @param {{fx?: object, size?: {width: number, height: number}, font?: number, scale?: number}} [options]
   */
  static async create(browser, url, { fx = {}, size = USUAL, font = 1, scale = 1 } = {}) {
    const context = await browser.newContext({
      viewport: size, deviceScaleFactor: scale, isMobile: true, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai',
    })
    const page = await context.newPage()
    const phone = new Phone(page, url)
    // Not a route: each request would come by here.
    context.on('request', (asked) => {
      if (!asked.url().startsWith(`${url}/`) && !OF_ITSELF.test(asked.url())) phone.outside.push(asked.url())
    })
    await phone.setUp({ font_size: 16 * font, ...fx }, font)
    return phone
  }

  /** What holds from the next start on. */
  setUp(fx, font = 1) {
    return this.page.addInitScript(([given, scale]) => {
      window.__fx = { ...window.__fx, ...given }
      document.addEventListener('DOMContentLoaded', () => document.documentElement.style.setProperty('--font', scale))
    }, [fx, font])
  }

  /** Starts the program at a page, such as `pages/home/home`; also again, as after it was killed. */
  async open(path = '') {
    await this.page.goto('about:blank')
    await this.page.goto(`${this.url}/${path ? `?p=${encodeURIComponent(path)}` : ''}`)
    await this.page.waitForFunction(() => window.__ready, null, { timeout: BOOT_MS })
  }

  /** Changes fixtures while the program runs. */
  set(fx) { return this.page.evaluate((given) => { Object.assign(window.__fx, given) }, fx) }

  /** Calls a fixture: background, foreground, pullDown. */
  act(name) { return this.page.evaluate((called) => window.__fx[called](), name) }

  text(text, options) { return this.page.locator('.h-page:not([hidden])').getByText(text, options).first() }

  /** A tap, counted. */
  async tap(text, options) {
    this.taps += 1
    await this.text(text, options).tap({ timeout: TAP_MS })
  }

  /** A tap in what WeChat draws itself: a dialog, a sheet. */
  async answer(text) {
    this.taps += 1
    await this.page.locator('.h-mask').getByText(text, { exact: true }).tap({ timeout: TAP_MS })
  }

  /** Waits for a text; says what there is instead. */
  async sees(text, options = {}) {
    try {
      await this.text(text).waitFor({ state: 'visible', timeout: SEEN_MS, ...options })
    } catch (error) {
      throw new Error(`no ${text} on ${await this.route()}:\n${await this.page.locator('.h-page:not([hidden])').innerText()}`, { cause: error })
    }
  }

  route() { return this.page.evaluate(() => window.getCurrentPages().at(-1).route) }

  calls(api) { return this.page.evaluate((name) => window.__fx.calls.filter((each) => each.api === name), api) }

  /** Everything that must not be. */
  async faults() {
    const inside = await this.page.evaluate(() => [
      ...window.__errors.map((each) => `error: ${each}`), ...window.__missing.map((each) => `missing: ${each}`),
      ...window.__fx.violations.map((each) => `violation: ${each}`),
      // Libraries name parts of theirs that are not used here.
      ...window.__warnings.filter((each) => !each.includes('miniprogram_npm/')).map((each) => `warning: ${each}`),
    ])
    return [...inside, ...this.outside.map((each) => `outside: ${each}`)]
  }

  close() { return this.page.context().close() }
}

/** Phones that are taken from screen to screen: starting a program and signing in takes most of the time. */

import { Phone } from '../harness/browser.mjs'
import { INSIDE, newName } from './stack.mjs'
import { awaited, still } from './still.mjs'

/** As it was started: nothing is awaited, the network is whole, and it is at home. */
const tidy = async ({ phone }, { size }) => {
  await phone.page.unrouteAll({ behavior: 'ignoreErrors' })
  await phone.page.setViewportSize(size)
  await phone.set({ offline: true })
  await phone.set({ offline: false })
  await phone.page.evaluate(() => {
    window.wx.hideToast()
    window.wx.reLaunch({ url: '/pages/home/home' })
  })
  await phone.page.waitForFunction(() => window.getCurrentPages().length === 1 && window.getCurrentPages()[0].route === 'pages/home/home')
}

export class Phones {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {string} url Of `serve`.
   * @param {{size: {width: number, height: number}, font?: number, scale?: number}} options Of every phone.
   */
  constructor(browser, url, options) {
    Object.assign(this, { browser, url, options })
    /** Idle ones, by whose they are. */
    this.idle = new Map()
  }

  async start(fx) {
    const phone = await Phone.create(this.browser, this.url, { ...this.options, fx: { login: `sim:${newName('visitor')}`, location: INSIDE, ...fx } })
    const waiting = awaited(phone.page)
    await phone.open('pages/home/home')
    await phone.page.waitForFunction(() => window.getApp().services.session.user())
    return { phone, waiting }
  }

  /** What `see` makes of a phone that shows a screen, still. */
  async show({ hangs, is_shared, fx, go }, see) {
    const idle = (is_shared && this.idle.get(fx.login)) || []
    const taken = idle.pop() || await this.start(fx)
    await go(taken.phone)
    await still(taken.phone, taken.waiting, hangs)
    const seen = await see(taken.phone)
    if (!is_shared) await taken.phone.close()
    else {
      await tidy(taken, this.options)
      this.idle.set(fx.login, [...(this.idle.get(fx.login) || []), taken])
    }
    return seen
  }
}

/** What every end-to-end test stands on: the program as built now, the stack behind it, and phones that must stay clean. */

import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { OUT } from '../harness/build.mjs'
import { launch, Phone } from '../harness/browser.mjs'
import { serve } from '../harness/server.mjs'
import { built } from './built.mjs'
import { INSIDE, newName } from './stack.mjs'

/**
 * Sets a file of tests up. After each test every phone of it must be without errors, without unknown parts of `wx`,
 * without broken rules of the platform, and must have asked no foreign host.
 *
 * @returns {{phone: (fx?: object, options?: object) => Promise<Phone>}} Gives phones of new people inside the fence.
 */
export const scene = () => {
  const phones = []
  let server
  let browser

  before(async () => {
    await built()
    server = await serve(OUT)
    browser = await launch()
  })

  afterEach(async () => {
    const opened = phones.splice(0)
    const faults = (await Promise.all(opened.map((phone) => phone.faults()))).flat()
    await Promise.all(opened.map((phone) => phone.close()))
    assert.deepEqual(faults, [])
  })

  after(async () => {
    await browser?.close()
    await server?.close()
  })

  return {
    async phone(fx = {}, options = {}) {
      const phone = await Phone.create(browser, server.url, { ...options, fx: { login: `sim:${newName('person')}`, location: INSIDE, ...fx } })
      phones.push(phone)
      return phone
    },
  }
}

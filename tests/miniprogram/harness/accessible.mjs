/**
 * What a person needs to read and use a page, computed in Chromium of what is really painted: contrast of texts, signs and
 * edges, sizes and names of what can be tapped, nothing cut off.
 *
 * Source: WCAG 2.2, 1.4.3 (texts 4.5, large ones 3), 1.4.11 (signs and edges of controls 3), 1.4.4, 2.5.5 (44 px), 4.1.2.
 */

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'

const BAR_PX = 44
const PAGE = path.join(path.dirname(fileURLToPath(import.meta.url)), 'accessible', 'page.mjs')

const { outputFiles: [{ text: SCRIPT }] } = esbuild.buildSync({ entryPoints: [PAGE], bundle: true, format: 'iife', globalName: 'measured', write: false })

/** All of the page is on the screen, however far it scrolls. */
const growToContent = async ({ page }) => {
  const { width, height } = page.viewportSize()
  const content = await page.evaluate(() => document.querySelector('.h-page:not([hidden]) .wx-page').scrollHeight)
  if (content + BAR_PX > height) await page.setViewportSize({ width, height: content + BAR_PX })
}

/**
 * Measures what a phone shows.
 *
 * @param {import('./browser.mjs').Phone} phone
 * @param {{colorScheme: 'light' | 'dark', font: number}} how `font` enlarges all text.
 * @returns {Promise<{findings: string[], worst: Record<string, {is: number, what: string}>}>} What is wrong, and the least
 *   contrast and size of each kind.
 */
export const measure = async (phone, { colorScheme, font }) => {
  await phone.page.emulateMedia({ colorScheme })
  await phone.page.evaluate((scale) => document.documentElement.style.setProperty('--font', scale), font)
  await growToContent(phone)
  return phone.page.evaluate(`(() => { ${SCRIPT}; return measured.default })()`)
}

/** Axe in a page, past its policy of content: what not everybody can read or use, one line each. */

import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

const SOURCE = fs.readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** @param {import('playwright-core').Page} page */
export const violations = async (page) => {
  await page.evaluate(SOURCE)
  const found = await page.evaluate(async (values) => {
    const results = await window.axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'] })
    return results.violations
  }, RULES)
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`),
  )
}

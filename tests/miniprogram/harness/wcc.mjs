/**
 * The compiler of WeChat itself over every template, as a second opinion: `node wcc.mjs [root]`
 *
 * It knows nothing of the names of components or of data, so what it accepts is well-formed, no more.
 */

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import compiler from 'miniprogram-compiler'
import { PRODUCT } from './build.mjs'

/**
 * @param {string} [root] The folder of app.json.
 * @throws An error that names file, line and column of what is wrong.
 */
export const checkTemplates = (root = PRODUCT) => { compiler.wxmlToJs(path.resolve(root)) }

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkTemplates(process.argv[2])
  console.log('wcc accepts every template')
}

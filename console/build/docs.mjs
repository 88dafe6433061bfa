/** The page of the API's documentation: swagger-ui as npm has it, and the few lines that start it. */

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('./docs', import.meta.url))
const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css']

/** Puts it into a folder. */
export const docs = (folder) => {
  const module = path.dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist')))
  fs.cpSync(PAGE, folder, { recursive: true })
  for (const name of FILES) fs.copyFileSync(path.join(module, name), path.join(folder, name))
}

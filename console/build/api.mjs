/**
 * The types of the server's API: `node build/api.mjs` says whether src/api/schema.ts is what the server's document makes
 * of them, `node build/api.mjs --write` writes it.
 */

import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILE = fileURLToPath(new URL('../src/api/schema.ts', import.meta.url))
const HEAD = '/** What the API takes and answers. Generated: `make api`. */\n\n'

/** The document as the server would give it; Python is that of the path. */
const document = JSON.parse(execFileSync('python', ['-m', 'deploy.openapi'], { cwd: ROOT, maxBuffer: 2 ** 24 }))

/** A document without what says nothing to a compiler: examples, and the same problems under every operation. */
const lean = (node) => {
  if (Array.isArray(node)) return node.map(lean)
  if (!node || typeof node !== 'object') return node
  const kept = Object.entries(node).filter(
    ([name]) => !['example', 'examples'].includes(name) && !/^[45]\d\d$/.test(name),
  )
  return Object.fromEntries(kept.map(([name, value]) => [name, lean(value)]))
}

const types =
  HEAD + astToString(await openapiTS(lean(document), { defaultNonNullable: false, alphabetize: true, silent: true }))

if (process.argv.includes('--write')) fs.writeFileSync(FILE, types)
else if (!fs.existsSync(FILE) || fs.readFileSync(FILE, 'utf8') !== types) {
  console.error('console/src/api/schema.ts is not what the API is now: run `make api`')
  process.exit(1)
}

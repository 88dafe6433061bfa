/**
 * The shapes of the server's API, for types.d.ts: `node api.mjs` says whether miniprogram/api.d.ts is what the server's
 * document makes of them, `node api.mjs --write` writes it.
 */

import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { PRODUCT } from './build.mjs'

const FILE = path.join(PRODUCT, 'api.d.ts')
const HEAD = '/** What the API takes and answers. Generated: `make api`. */\n\n'

/** The document as the server would give it; Python is that of the path. */
const fetched = () => JSON.parse(execFileSync('python', ['-m', 'deploy.openapi'], { cwd: path.dirname(PRODUCT), maxBuffer: 2 ** 24 }))

// Calls are the business of services/, so the shapes alone.
const { openapi, info, components } = fetched()
const shapes = { openapi, info, paths: {}, components: { schemas: components.schemas } }
const types = HEAD + astToString(await openapiTS(shapes, { defaultNonNullable: false, silent: true }))

if (process.argv.includes('--write')) fs.writeFileSync(FILE, types)
else if (!fs.existsSync(FILE) || fs.readFileSync(FILE, 'utf8') !== types) {
  console.error('miniprogram/api.d.ts is not what the API is now: run `make api`')
  process.exit(1)
}

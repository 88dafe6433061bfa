/**
 * Builds the console into dist/: vite's files, compressed once here so that nobody compresses them while serving, and
 * `files.json`, which is all that a server need know of them. It is written beside and put in place whole.
 */

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { docs } from './docs.mjs'
import { table } from './table.mjs'

const HERE = fileURLToPath(new URL('..', import.meta.url))
const DIST = path.join(HERE, 'dist')
const NEXT = path.join(HERE, '.next')
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const IS_HASHED = /-[\w-]{8,}\.\w+$/
/** What compressing must save to be worth a file. */
const WORTH = 0.95

const filesIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.relative(NEXT, path.join(each.parentPath, each.name)))
    .filter((name) => !name.startsWith('.vite'))
    .sort()

const compressed = (bytes) => ({
  br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gzip: gzipSync(bytes, { level: 9 }),
})

/** One file as a server gives it: its type, its digest, and how it may be encoded. */
const described = (name) => {
  const file = path.join(NEXT, name)
  const bytes = fs.readFileSync(file)
  const encodings = Object.entries(compressed(bytes)).filter(([, small]) => small.length < bytes.length * WORTH)
  for (const [encoding, small] of encodings) fs.writeFileSync(`${file}.${encoding === 'br' ? 'br' : 'gz'}`, small)
  const type = TYPES[path.extname(name)]
  if (!type) throw new Error(`${name}: what type is it? Say so in console/build/build.mjs`)
  return [
    name,
    {
      type,
      etag: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
      is_immutable: IS_HASHED.test(name),
      sizes: { identity: bytes.length, ...Object.fromEntries(encodings.map(([each, small]) => [each, small.length])) },
    },
  ]
}

fs.rmSync(NEXT, { recursive: true, force: true })
await build({ root: HERE, logLevel: 'warn', build: { outDir: NEXT, emptyOutDir: true } })
docs(path.join(NEXT, 'docs'))
const files = Object.fromEntries(filesIn(NEXT).map(described))
const manifest = JSON.parse(fs.readFileSync(path.join(NEXT, '.vite/manifest.json'), 'utf8'))
fs.rmSync(path.join(NEXT, '.vite'), { recursive: true })
fs.writeFileSync(path.join(NEXT, 'files.json'), JSON.stringify(files, null, 1))
console.log(table(files, manifest))
fs.rmSync(DIST, { recursive: true, force: true })
fs.renameSync(NEXT, DIST)

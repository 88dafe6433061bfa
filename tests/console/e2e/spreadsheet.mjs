/** A csv as whoever gets it opens it: rows of cells; by LibreOffice as well, where it is installed. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const MARK = '\uFEFF'
const OFFICE = ['/usr/bin/soffice', '/usr/bin/libreoffice'].find((each) => fs.existsSync(each))
/** The mark tells its dialog of imports; without one it has to be said. */
const UTF_8 = '--infilter=CSV:44,34,76'
/** Source: RFC 4180. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy

/** The rows of a file that has the mark by which Excel knows UTF-8. */
export const rowsOf = (text) => {
  assert.ok(text.startsWith(MARK), 'no mark')
  const rows = [[]]
  for (const [, quoted, plain, end] of text.slice(MARK.length).matchAll(CELL)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end !== ',') rows.push([])
  }
  assert.deepEqual(rows.pop(), [], 'no line ends the file')
  return rows
}

/** What LibreOffice makes of a file, as text; null without LibreOffice. */
export const openedByOffice = (file) => {
  if (!OFFICE) return null
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qiandao-office-'))
  try {
    const own = `-env:UserInstallation=file://${folder}/profile`
    execFileSync(OFFICE, ['--headless', UTF_8, '--convert-to', 'html', '--outdir', folder, own, file])
    return fs.readFileSync(path.join(folder, `${path.parse(file).name}.html`), 'utf8')
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

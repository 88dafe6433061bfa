/** What must hold of the product's files, whatever they do. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import esbuild from 'esbuild'
import { build, PRODUCT } from '../harness/build.mjs'
import { packageSizes } from '../harness/packages.mjs'
import { Project } from '../harness/project.mjs'
import { checkTemplates } from '../harness/wcc.mjs'

const LIMIT = 2 * 1024 * 1024
const SOURCE = /\.(js|json|wxml|wxss|wxs)$/
const TOOLS = /__fx|__missing|__harness|harness|glass-easel|miniprogram-simulate|playwright|jest|esbuild/i
const HAN = /\p{Script=Han}/u
// It knows failures by what WeChat says, in Chinese on some phones.
const READS_HAN = 'platform/failures.js'

const PAPER = 'paper.wxss'

const names = fs.readdirSync(PRODUCT, { recursive: true }).filter((name) => SOURCE.test(name) && !name.startsWith('node_modules/'))

const read = (name) => fs.readFileSync(path.join(PRODUCT, name), 'utf8')

/** The code alone: what a comment says is not done. */
const codeOf = (name) => {
  if (name.endsWith('.js') || name.endsWith('.wxs')) return esbuild.transformSync(read(name), { minifyWhitespace: true, charset: 'utf8' }).code
  return read(name).replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, '')
}

const found = (pattern, within) => names.filter(within).filter((name) => pattern.test(codeOf(name)))

test('the product knows nothing of what it is tested with', () => {
  assert.deepEqual(names.filter((name) => TOOLS.test(read(name))), [])
})

test('only platform/ touches wx', () => {
  assert.deepEqual(found(/\bwx\b/, (name) => name.endsWith('.js') && !name.startsWith('platform/')), [])
  assert.ok(found(/\bwx\b/, (name) => name.startsWith('platform/')).length > 0)
})

test('everything a person reads is in texts/, but for what WeChat reads from JSON', () => {
  assert.deepEqual(found(HAN, (name) => !name.startsWith('texts/') && !name.endsWith('.json')), [READS_HAN])
})

test('every page on disk is in app.json', () => {
  const { pages } = new Project(PRODUCT)
  const onDisk = names.filter((name) => /(^|\/)pages\/(\w+)\/\2\.wxml$/.test(name)).map((name) => name.replace(/\.wxml$/, ''))
  assert.deepEqual(onDisk.sort(), [...pages].sort())
})

test('app.json declares what WeChat asks about', () => {
  const { appJson } = new Project(PRODUCT)
  assert.equal(appJson.__usePrivacyCheck__, true)
  assert.deepEqual([...appJson.requiredPrivateInfos].sort(), ['chooseLocation', 'getLocation'])
  assert.match(appJson.permission['scope.userLocation'].desc, HAN)
})

test('what pages name of the theme is there in light and in dark', () => {
  const { appJson, theme, components } = new Project(PRODUCT)
  const settings = [appJson.window, ...[...components.values()].map(({ json }) => json)].flatMap(Object.values)
  const used = settings.filter((value) => /^@/.test(value)).map((value) => value.slice(1))
  assert.ok(used.length > 0)
  for (const colours of [theme.light, theme.dark]) assert.deepEqual(used.filter((name) => !(name in colours)), [])
})

test('colours are variables of app.wxss, but for the paper of a QR', () => {
  assert.deepEqual(found(/#[0-9a-f]{3,8}\b|\brgba?\(/i, (name) => name.endsWith('.wxss') && name !== 'app.wxss'), [PAPER])
})

test('every package is smaller than WeChat takes', async (context) => {
  const sizes = packageSizes((await build()).project)
  for (const [name, bytes] of Object.entries(sizes)) {
    context.diagnostic(`${name} ${Math.round(bytes / 1024)} KB`)
    assert.ok(bytes < LIMIT, `${name} has ${bytes} bytes`)
  }
  assert.deepEqual(Object.keys(sizes), ['main', 'organise'])
})

test('the compiler of WeChat accepts every template, and no broken one', () => {
  checkTemplates()
  const broken = fs.mkdtempSync(path.join(os.tmpdir(), 'wxml-'))
  fs.writeFileSync(path.join(broken, 'app.json'), '{"pages": ["page"]}')
  fs.writeFileSync(path.join(broken, 'page.wxml'), '<view>\n  <text>{{name}</text>\n</vew>')
  try {
    assert.throws(() => checkTemplates(broken), /page\.wxml/)
  } finally {
    fs.rmSync(broken, { recursive: true })
  }
})

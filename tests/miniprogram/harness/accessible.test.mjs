/** What measures pages finds what is wrong with them, and nothing where nothing is. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { measure } from './accessible.mjs'
import { launch, SMALL } from './browser.mjs'

const USUAL = { colorScheme: 'light', font: 1 }
const MASK = 'url("data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\'/>")'

let browser

before(async () => { browser = await launch() })
after(() => browser.close())

const findingsOf = async (content) => {
  const page = await browser.newPage({ viewport: SMALL })
  await page.setContent(`<style>body { margin: 0; font: 16px sans-serif; } wx-button { display: block; width: 96px; height: 48px; }</style>
    <div class="h-bar">签到</div><div class="h-page"><div class="wx-page" style="background: #fff; color: #1f2329">${content}</div></div>`)
  const { findings } = await measure({ page }, USUAL)
  await page.close()
  return findings
}

const FAULTS = {
  'a pale text': ['<p style="color: #999">淡</p>', /^text 2\.85, not 4\.5: 淡$/],
  'a text that opacity makes pale': ['<p style="opacity: 0.5">淡</p>', /^text 3\.\d\d, not 4\.5/],
  'a text on the worse end of a gradient': ['<p style="color: #fff; background: linear-gradient(#000, #1677ff)">白</p>', /^text 4\.10, not 4\.5/],
  'a text on what lies below its page': ['<div style="position: fixed; inset: 0; background: #444"></div><p style="position: relative">暗</p>', /^text 1\.\d\d, not 4\.5/],
  'a large text below 3': ['<p style="font-size: 24px; color: #aaa">大</p>', /^large text 2\.32, not 3/],
  'a pale placeholder': ['<style>::placeholder { color: #a8b0bd }</style><input aria-label="名" placeholder="姓名" style="height: 48px">', /^text 2\.\d\d, not 4\.5: 姓名$/],
  'a pale sign': [`<i style="display: block; width: 24px; height: 24px; background: #ccc; mask-image: ${MASK.replaceAll('"', '&quot;')}"></i>`, /^sign 1\.61, not 3/],
  'a field without an edge': ['<input aria-label="名" style="height: 48px; border: 0; background: #f4f7fc">', /^edge 1\.\d\d, not 3: 名$/],
  'a small target': ['<wx-button style="height: 40px">好</wx-button>', /^target 40\.00, not 44: 好$/],
  'a button without a name': ['<wx-button><i>&nbsp;</i></wx-button>', /^no name/],
  'a field without a label': ['<input placeholder="姓名" style="height: 48px">', /^no name: 姓名$/],
  'a picker without a role': ['<wx-picker aria-label="日" style="display: block; height: 48px; border: 1px solid">一</wx-picker>', /^no role: 日$/],
  'a text that is cut off': ['<p style="overflow: hidden; height: 8px">长</p>', /^cut off: 长$/],
  'a text beside the screen': ['<p style="width: 400px; text-align: right">远</p>', /^beside the screen: 远$/],
}

for (const [name, [content, expected]] of Object.entries(FAULTS)) {
  test(`${name} is found`, async () => {
    const findings = await findingsOf(content)
    assert.ok(findings.some((finding) => expected.test(finding)), findings.join('\n'))
  })
}

test('nothing is found where everybody can read and use everything', async () => {
  assert.deepEqual(await findingsOf(`<p>签到成功</p><wx-button style="background: #0f5fd6; color: #fff">完成</wx-button>
    <input aria-label="姓名" placeholder="姓名" style="height: 48px; border: 1px solid #7f8692">`), [])
})

test('what something covers is not judged', async () => {
  assert.deepEqual(await findingsOf('<p style="color: #eee">下</p><div style="position: fixed; inset: 0; background: #fff"></div>'), [])
})

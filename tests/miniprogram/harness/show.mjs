/**
 * The mini-program to look at by hand, in a frame of the size of a phone: `make miniprogram`
 *
 * `?p=pages/mine/mine` opens a page, `?login=sim:wang` is somebody else (in a private window: a browser has one storage).
 * Scanning asks for the text of the QR. What changes in the product is built again; reload to see it.
 */

import fs from 'node:fs'
import path from 'node:path'
import { build, OUT, PRODUCT } from './build.mjs'
import { gatewayUrl, serve } from './server.mjs'

const PORT = Number(process.env.QIANDAO_MINIPROGRAM_PORT || 8070)
const PAUSE_MS = 200

const FRAME = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>签到</title><style>
body { margin: 0; height: 100vh; display: grid; place-items: center; background: #c9cdd4; }
iframe { width: 390px; height: min(844px, 100vh); border: 0; border-radius: 24px; background: #fff; box-shadow: 0 8px 32px rgba(0, 0, 0, .2); }
</style></head><body><script>
document.body.appendChild(Object.assign(document.createElement('iframe'), { src: 'phone.html' + location.search }))
</script></body></html>
`
const FIXTURES = '<script>window.__fx = Object.fromEntries(new URLSearchParams(location.search))</script>'

const rebuild = async () => {
  const { project, ms } = await build(PRODUCT, OUT)
  const page = fs.readFileSync(path.join(OUT, 'index.html'), 'utf8')
  fs.writeFileSync(path.join(OUT, 'phone.html'), page.replace('<body>', `<body>${FIXTURES}`))
  fs.writeFileSync(path.join(OUT, 'show.html'), FRAME)
  console.log(`  built ${project.pages.length} pages in ${ms} ms`)
}

await rebuild()
const { url } = await serve(OUT, { port: PORT })
console.log(`
  mini-program   ${url}/show.html        asks ${gatewayUrl()}; Ctrl-C ends it

  You are the person li. To be somebody else, in a private window, for a browser has one storage:

    ?login=sim:demo     owns 演示组织: 我的 > 我组织的活动, create an activity, show its QR
    ?login=sim:<name>   anybody, known from their first visit

  我要签到 asks for the text of a QR: give an address that \`make demo\` prints, or cancel and type the code below the QR.
`)

let timer
fs.watch(PRODUCT, { recursive: true }, () => {
  clearTimeout(timer)
  timer = setTimeout(() => rebuild().catch((error) => console.error(error.message)), PAUSE_MS)
})

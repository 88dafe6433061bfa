/** Serves a built mini-program, and passes `/v1` and `/q` on to the gateway, as one origin. */

import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const HOST = '127.0.0.1'
const PASSED_ON = /^\/(v1|q)\//
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css', '.map': 'application/json',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg',
}

export const gatewayUrl = () => `http://${HOST}:${process.env.QIANDAO_HTTP_PORT || 8080}`

const passOn = (asked, answer, gateway) => {
  const onward = http.request(gateway + asked.url, { method: asked.method, headers: asked.headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers)
    reply.pipe(answer)
  })
  onward.on('error', (error) => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' })
    answer.end(`the gateway at ${gateway} does not answer: ${error.message}`)
  })
  answer.on('close', () => onward.destroy())
  asked.pipe(onward)
}

const serveFile = (asked, answer, folder) => {
  const name = new URL(asked.url, 'http://files').pathname
  const file = path.join(folder, name === '/' ? 'index.html' : name)
  if (!file.startsWith(folder) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
    answer.writeHead(404).end()
    return
  }
  answer.writeHead(200, { 'content-type': TYPES[path.extname(file)] || 'application/octet-stream', 'cache-control': 'no-store' })
  fs.createReadStream(file).pipe(answer)
}

/**
 * Starts a server on this machine only.
 *
 * @param {string} folder What `build` wrote.
 * @param {{port?: number, gateway?: string}} [options] Port 0 takes any that is free.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export const serve = (folder, { port = 0, gateway = gatewayUrl() } = {}) => new Promise((resolve, reject) => {
  const server = http.createServer((asked, answer) => {
    if (PASSED_ON.test(asked.url)) passOn(asked, answer, gateway)
    else serveFile(asked, answer, path.resolve(folder))
  })
  server.on('error', reject)
  server.listen(port, HOST, () => resolve({
    url: `http://${HOST}:${server.address().port}`,
    close: () => new Promise((done) => {
      server.close(done)
      server.closeAllConnections()
    }),
  }))
})

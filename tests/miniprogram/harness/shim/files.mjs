/** Files on the phone: what a chat gave, what was downloaded, what is shown and sent on. A test reads them in `__fx.files`. */

import { private_ } from './consent.mjs'
import { asynchronous, fail, fx, record, running, violate } from './state.mjs'
import { addressOf, isOffline, lost } from './network.mjs'

/** What WeChat shows by itself. */
const SHOWN = ['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'pdf']
const OWN = 'wxfile://usr'

/** Bytes by their path; folders too, without any. */
const kept = new Map()

Object.defineProperty(fx, 'files', { get: () => [...kept].filter(([, bytes]) => bytes).map(([path]) => path) })

const folderOf = (path) => path.slice(0, path.lastIndexOf('/'))

const isFolder = (path) => path === OWN || (kept.has(path) && !kept.get(path))

const bytesOf = (path) => {
  if (fx.file && path === `wxfile://tmp/${fx.file.name}`) return new TextEncoder().encode(fx.file.text)
  return kept.get(path) || fail(`no such file or directory, open '${path}'`)
}

const inside = (folder) => [...kept.keys()].filter((path) => path.startsWith(`${folder}/`))

export const fileSystem = {
  readFile: asynchronous('readFile', ({ filePath, encoding }) => {
    const bytes = bytesOf(filePath)
    return { data: encoding ? new TextDecoder().decode(bytes) : bytes.slice().buffer }
  }),
  mkdir: asynchronous('mkdir', ({ dirPath }) => {
    if (isFolder(dirPath)) fail(`file already exists ${dirPath}`)
    kept.set(dirPath, null)
  }),
  rmdir: asynchronous('rmdir', ({ dirPath, recursive }) => {
    if (!isFolder(dirPath)) fail(`no such file or directory ${dirPath}`)
    if (inside(dirPath).length && !recursive) fail('directory not empty')
    for (const path of [dirPath, ...inside(dirPath)]) kept.delete(path)
  }),
}

const saved = async (options, call, told) => {
  if (isOffline()) lost()
  const reply = await fetch(addressOf(options.url), { headers: options.header, signal: call.signal })
  told.headers({ header: Object.fromEntries(reply.headers), statusCode: reply.status })
  const expected = Number(reply.headers.get('content-length') || 0)
  const bytes = new Uint8Array(await reply.arrayBuffer())
  told.progress({ progress: expected ? 100 : 0, totalBytesWritten: bytes.length, totalBytesExpectedToWrite: expected })
  kept.set(options.filePath, bytes)
  return { filePath: options.filePath, statusCode: reply.status, errMsg: 'downloadFile:ok' }
}

/** As wx.downloadFile; whatever the status is, what came is in the file. */
export const downloadFile = (options) => {
  record('downloadFile', options)
  if (!isFolder(folderOf(options.filePath))) violate(`downloadFile into ${options.filePath}, whose folder is not there`)
  const listening = { headers: [], progress: [] }
  const told = { headers: (value) => listening.headers.forEach((each) => each(value)), progress: (value) => listening.progress.forEach((each) => each(value)) }
  const call = new AbortController()
  const timer = setTimeout(() => call.abort(), options.timeout || 60000)
  saved(options, call, told).then(options.success, (error) => options.fail({ errMsg: `downloadFile:fail ${call.signal.aborted ? 'timeout' : error.message}`, ...error.numbers }))
    .finally(() => clearTimeout(timer))
  return { abort: () => call.abort(), onHeadersReceived: (each) => listening.headers.push(each), onProgressUpdate: (each) => listening.progress.push(each) }
}

export const openDocument = ({ filePath, fileType }) => {
  bytesOf(filePath)
  if (!SHOWN.includes(fileType)) {
    violate(`openDocument of a ${fileType}`)
    fail('filetype not supported')
  }
}

/** What was drawn, in a form that an image can show. */
export const canvasToTempFilePath = ({ canvas, fileType }) => {
  if (!canvas.width || !canvas.height) fail('canvas is empty')
  return { tempFilePath: canvas.toDataURL(`image/${fileType}`) }
}

const isPicture = (path) => { if (!path.startsWith('data:image/')) fail('file not found') }

export const showShareImageMenu = ({ path }) => {
  if (!running.is_tapping) violate('showShareImageMenu without a tap')
  isPicture(path)
}

export const saveImageToPhotosAlbum = async ({ filePath }) => {
  await private_()
  if (fx.album === 'denied') fail('auth deny')
  isPicture(filePath)
}

export const shareFileMessage = ({ filePath }) => {
  if (!running.is_tapping) violate('shareFileMessage without a tap')
  bytesOf(filePath)
}

/** Files: those that somebody sent in a chat, and those that the server makes. */

const { promised, toFailure } = require('./failures')

const LISTS = ['xlsx', 'csv', 'txt']
/** What a phone shows by itself; anything else is sent on. */
const SHOWN = ['pdf', 'xlsx', 'xls', 'docx', 'doc', 'pptx', 'ppt']

const typeOf = (/** @type {string} */ path) => path.split('.').slice(-1)[0]

/** @type {Platform['chooseFile']} */
const chooseFile = async () => {
  const { tempFiles: [{ name, path }] } = await promised(wx.chooseMessageFile, { count: 1, type: 'file', extension: LISTS })
  const files = wx.getFileSystemManager()
  const { data } = await promised((/** @type {any} */ options) => files.readFile(options), { filePath: path })
  return { name, content: data }
}

const folder = () => `${wx.env.USER_DATA_PATH}/papers`

const inFiles = (/** @type {'mkdir' | 'rmdir' | 'readFile'} */ act, /** @type {object} */ options) => {
  const files = wx.getFileSystemManager()
  return promised((/** @type {any} */ asked) => files[act](asked), options)
}

/** @type {Platform['forgetFiles']} */
const forgetFiles = async () => {
  // Where there is no folder there is nothing to forget.
  await inFiles('rmdir', { dirPath: folder(), recursive: true }).catch(() => {})
}

/** What a server says no with is in the file, too. */
const problemIn = async (/** @type {string} */ filePath) => {
  const { data } = await inFiles('readFile', { filePath, encoding: 'utf8' })
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

/** @type {Platform['download']} */
const download = async ({ url, headers, timeout_ms, file: { name, told } }) => {
  await forgetFiles()
  await inFiles('mkdir', { dirPath: folder(), recursive: true })
  const path = `${folder()}/${name}`
  let header = /** @type {Record<string, string>} */ ({})
  const status = await new Promise((resolve, reject) => {
    const task = wx.downloadFile({
      url, header: headers, timeout: timeout_ms, filePath: path,
      success: ({ statusCode }) => resolve(statusCode),
      fail: (said) => reject(toFailure(said)),
    })
    task.onHeadersReceived((/** @type {any} */ head) => { header = head.header || {} })
    task.onProgressUpdate(({ progress, totalBytesWritten, totalBytesExpectedToWrite }) =>
      told({ percent: totalBytesExpectedToWrite > 0 ? progress : null, bytes: totalBytesWritten }))
  })
  const named = Object.fromEntries(Object.entries(header).map(([key, value]) => [key.toLowerCase(), value]))
  return { status, body: status < 300 ? { path } : await problemIn(path), headers: named }
}

/** @type {Platform['canShow']} */
const canShow = (path) => SHOWN.includes(typeOf(path))

/** @type {Platform['openFile']} */
const openFile = async (path) => {
  await promised(wx.openDocument, { filePath: path, fileType: typeOf(path), showMenu: true })
}

/** @type {Platform['sendFile']} */
const sendFile = async (path) => {
  await promised(wx.shareFileMessage, { filePath: path, fileName: path.split('/').slice(-1)[0] })
}

module.exports = { chooseFile, download, forgetFiles, canShow, openFile, sendFile }

/** Files that somebody sent in a chat. */

const { promised } = require('./failures')

const LISTS = ['xlsx', 'csv', 'txt']

/** @type {Platform['chooseFile']} */
const chooseFile = async () => {
  const { tempFiles: [{ name, path }] } = await promised(wx.chooseMessageFile, { count: 1, type: 'file', extension: LISTS })
  const files = wx.getFileSystemManager()
  const { data } = await promised((/** @type {any} */ options) => files.readFile(options), { filePath: path })
  return { name, content: data }
}

module.exports = { chooseFile }

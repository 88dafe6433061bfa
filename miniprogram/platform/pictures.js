/** Pictures that a page has drawn. */

const { promised } = require('./failures')

/** @type {Platform['pictureOf']} */
const pictureOf = async (canvas) => (await promised(wx.canvasToTempFilePath, { canvas, fileType: 'png' })).tempFilePath

/** @type {Platform['sendPicture']} */
const sendPicture = async (path) => { await promised(wx.showShareImageMenu, { path }) }

/** @type {Platform['keepPicture']} */
const keepPicture = async (path) => { await promised(wx.saveImageToPhotosAlbum, { filePath: path }) }

module.exports = { pictureOf, sendPicture, keepPicture }

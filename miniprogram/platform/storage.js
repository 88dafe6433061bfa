/** What is kept on the phone. */

const { failure } = require('../core/failure')

/** @type {Platform['read']} */
const read = (key) => {
  const value = wx.getStorageSync(key)
  return value === '' ? null : value
}

/** @type {Platform['write']} */
const write = (key, value) => {
  try {
    wx.setStorageSync(key, value)
  } catch (/** @type {any} */ error) {
    throw failure('failed', String(error.errMsg || error.message), { reason: 'STORAGE_FULL' })
  }
}

/** @type {Platform['remove']} */
const remove = (key) => { wx.removeStorageSync(key) }

const keys = () => wx.getStorageInfoSync().keys

module.exports = { read, write, remove, keys }

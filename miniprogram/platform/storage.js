/** What is kept on the phone. */

const { failure } = require('../core/failure')
const { promised } = require('./failures')

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

/** What WeChat encrypts for this phone, and no other program reads; 0.7 MB for a key, and only by promise. */
const SEALED = { encrypt: true }
const NOTHING = /data not found/i

/** @type {Platform['readSealed']} */
const readSealed = async (key) => {
  try {
    return (await promised(wx.getStorage, { key, ...SEALED })).data
  } catch (/** @type {any} */ found) {
    if (NOTHING.test(found.message)) return null
    throw found
  }
}

/** @type {Platform['writeSealed']} */
const writeSealed = async (key, data) => {
  try {
    await promised(wx.setStorage, { key, data, ...SEALED })
  } catch (/** @type {any} */ found) {
    throw failure('failed', found.message, { reason: 'STORAGE_FULL' })
  }
}

module.exports = { read, write, remove, keys, readSealed, writeSealed }

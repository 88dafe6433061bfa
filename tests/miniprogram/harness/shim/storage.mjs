/** What WeChat keeps on the phone: 1 MB for a key, 10 MB in all. */

import { fx, record, violate } from './state.mjs'

const PREFIX = 'wx:'
const KEY_LIMIT = 1024 * 1024

const nameOf = (key) => PREFIX + key
const keys = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
const sizeOf = (text) => new TextEncoder().encode(text).length
const total = () => keys().reduce((sum, key) => sum + sizeOf(localStorage.getItem(nameOf(key))), 0)

const thrown = (message) => { throw Object.assign(new Error(message), { errMsg: message }) }

const set = (key, value) => {
  const text = JSON.stringify({ value })
  if (sizeOf(text) > KEY_LIMIT) {
    violate(`more than 1 MB under the key ${key}`)
    thrown('setStorageSync:fail entry size limit reached')
  }
  if (total() + sizeOf(text) > fx.storage_limit) thrown('setStorageSync:fail exceed storage max size 10Mb')
  localStorage.setItem(nameOf(key), text)
}

const get = (key) => {
  const text = localStorage.getItem(nameOf(key))
  return text === null ? '' : JSON.parse(text).value
}

export const storage = {
  setStorageSync(key, value) {
    record('setStorageSync', { key })
    set(key, value)
  },
  getStorageSync: get,
  removeStorageSync: (key) => localStorage.removeItem(nameOf(key)),
  clearStorageSync: () => keys().forEach((key) => localStorage.removeItem(nameOf(key))),
  getStorageInfoSync: () => ({ keys: keys(), currentSize: Math.ceil(total() / 1024), limitSize: Math.floor(fx.storage_limit / 1024) }),
}

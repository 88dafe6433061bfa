/** What WeChat keeps on the phone: 1 MB for a key, 10 MB in all; 0.7 MB for one that it encrypts, which the plain calls do not read. */

import { asynchronous, fail, fx, record, violate } from './state.mjs'

const PREFIX = 'wx:'
const KEY_LIMIT = 1024 * 1024
const SEALED_LIMIT = 0.7 * KEY_LIMIT

const nameOf = (key) => PREFIX + key
const keys = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
const sizeOf = (text) => new TextEncoder().encode(text).length
const total = () => keys().reduce((sum, key) => sum + sizeOf(localStorage.getItem(nameOf(key))), 0)

const thrown = (message) => { throw Object.assign(new Error(message), { errMsg: message }) }

const set = (key, value, is_sealed = false) => {
  const text = JSON.stringify({ value, is_sealed })
  if (sizeOf(text) > (is_sealed ? SEALED_LIMIT : KEY_LIMIT)) {
    violate(`more than ${is_sealed ? 0.7 : 1} MB under the key ${key}`)
    thrown('setStorageSync:fail entry size limit reached')
  }
  if (total() + sizeOf(text) > fx.storage_limit) thrown('setStorageSync:fail exceed storage max size 10Mb')
  localStorage.setItem(nameOf(key), text)
}

const kept = (key) => JSON.parse(localStorage.getItem(nameOf(key)))

const get = (key) => {
  const found = kept(key)
  if (found && found.is_sealed) violate(`${key} is encrypted, and was read as if it were not`)
  return found === null ? '' : found.value
}

export const storage = {
  setStorage: asynchronous('setStorage', ({ key, data, encrypt }) => {
    try {
      set(key, data, Boolean(encrypt))
    } catch (error) {
      fail(error.message)
    }
  }),
  getStorage: asynchronous('getStorage', ({ key, encrypt }) => {
    const found = kept(key)
    if (!found) fail('data not found')
    if (found.is_sealed !== Boolean(encrypt)) violate(`${key} is ${found.is_sealed ? '' : 'not '}encrypted, and was read otherwise`)
    return { data: found.value }
  }),
  setStorageSync(key, value) {
    record('setStorageSync', { key })
    set(key, value)
  },
  getStorageSync: get,
  removeStorageSync: (key) => localStorage.removeItem(nameOf(key)),
  clearStorageSync: () => keys().forEach((key) => localStorage.removeItem(nameOf(key))),
  getStorageInfoSync: () => ({ keys: keys(), currentSize: Math.ceil(total() / 1024), limitSize: Math.floor(fx.storage_limit / 1024) }),
}

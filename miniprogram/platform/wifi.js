/** The Wi-Fi the phone is connected to, and its other access points around. */

const { failure } = require('../core/failure')
const { within } = require('../core/time')
const { promised } = require('./failures')

/** A list comes within seconds or, where location is off, never. */
const LIST_MS = 5000

/** 12005: Wi-Fi is off; 12006: Android asks for location services too; 12001: no such system; the rest passes. */
const CODES = /** @type {Record<number, Failure['kind']>} */ ({ 12001: 'unsupported', 12006: 'denied', 12007: 'denied' })

/**
 * A BSSID as 12 hex digits with colons; empty for what is none. Some phones leave out leading zeros.
 *
 * @param {string} text
 */
const normalise = (text) => {
  const parts = /[:-]/.test(text) ? text.split(/[:-]/) : text.match(/../g) || []
  const isOne = parts.length === 6 && parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part))
  const bssid = isOne ? parts.map((part) => part.padStart(2, '0').toLowerCase()).join(':') : ''
  // Android says this in place of the BSSID when it may not tell.
  return bssid === '02:00:00:00:00:00' || bssid === '00:00:00:00:00:00' ? '' : bssid
}

const asked = async (/** @type {any} */ call, /** @type {object} */ options = {}) => {
  try {
    return await promised(call, options)
  } catch (/** @type {any} */ said) {
    const code = Number((/\b(12\d{3})\b/.exec(said.message) || [])[1])
    throw CODES[code] ? failure(CODES[code], said.message) : said
  }
}

/**
 * As of Platform.
 *
 * @param {any} wifi An object with `startWifi` and `getConnectedWifi`, such as wx.
 * @returns {Promise<Wifi>}
 */
const connectedWifi = async (wifi) => {
  await asked(wifi.startWifi)
  const { wifi: found } = await asked(wifi.getConnectedWifi)
  const bssid = normalise((found && found.BSSID) || '')
  if (!bssid) throw failure('failed', 'the phone does not tell its Wi-Fi')
  return { ssid: found.SSID || '', bssid }
}

/** What the phone sees, as wx tells it. */
const seen = (/** @type {any} */ wifi) => new Promise((resolve, reject) => {
  const told = (/** @type {any} */ { wifiList }) => {
    wifi.offGetWifiList(told)
    resolve(wifiList)
  }
  wifi.onGetWifiList(told)
  asked(wifi.getWifiList).catch(reject)
})

/**
 * As of Platform. On iOS a list leads away to the settings: there it is the connected one alone.
 *
 * @param {any} wifi As of `connectedWifi`, with `getWifiList`, `onGetWifiList` and `offGetWifiList`.
 * @param {string} platform The system of the phone.
 * @returns {Promise<Wifi[]>}
 */
const wifiHere = async (wifi, platform) => {
  const own = await connectedWifi(wifi)
  const around = platform === 'android' ? /** @type {any[] | null} */ (await within(seen(wifi), LIST_MS)) : []
  const others = (around || []).filter(({ SSID }) => own.ssid && SSID === own.ssid).map(({ BSSID }) => normalise(BSSID || ''))
  return [...new Set([own.bssid, ...others])].filter(Boolean).map((bssid) => ({ ssid: own.ssid, bssid }))
}

module.exports = { connectedWifi, wifiHere, normalise }

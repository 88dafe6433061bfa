/** What `wx` gives, as services and pages see it: this folder is the only one that knows `wx`. */

const { VERSION } = require('../config')
const { failure } = require('../core/failure')
const { promised } = require('./failures')
const files = require('./files')
const { locator } = require('./location')
const { readsTags, watchTags } = require('./nfc')
const pictures = require('./pictures')
const { onPrivacy, openPrivacyContract, privacy } = require('./privacy')
const { request, stream } = require('./requests')
const storage = require('./storage')
const { update } = require('./update')
const { connectedWifi, wifiHere } = require('./wifi')

const LOGIN_MS = 10000

const login = async () => {
  const { code } = await promised(wx.login, { timeout: LOGIN_MS })
  if (!code) throw failure('failed', 'wx.login gave no code')
  return code
}

const scan = async () => {
  const { result, scanType } = await promised(wx.scanCode, { onlyFromCamera: true, scanType: ['qrCode', 'wxCode'] })
  return { text: result || '', is_mini: scanType === 'WX_CODE' }
}

const chooseLocation = async () => {
  const { name, address, latitude, longitude } = await promised(wx.chooseLocation)
  // Leaving the map without a choice is a success on some phones.
  if (!latitude && !longitude) throw failure('cancelled', 'nothing was chosen')
  return { name: name || address, address, latitude: Number(latitude), longitude: Number(longitude) }
}

const subscribe = async (/** @type {string[]} */ template_ids) => {
  const said = await promised(wx.requestSubscribeMessage, { tmplIds: template_ids })
  return Object.fromEntries(template_ids.filter((id) => said[id]).map((id) => [id, said[id]]))
}

const randomBytes = async (/** @type {number} */ count) => {
  const manager = wx.getUserCryptoManager()
  const { randomValues } = await promised((/** @type {any} */ options) => manager.getRandomValues(options), { length: count })
  return new Uint8Array(randomValues)
}

const isOnline = async () => (await promised(wx.getNetworkType)).networkType !== 'none'

const vibrate = (/** @type {'light' | 'medium' | 'heavy'} */ strength) => {
  // A phone that cannot is none the worse for it.
  wx.vibrateShort({ type: strength, fail() {} })
}

const permissions = async () => {
  const { authSetting } = await promised(wx.getSetting)
  return { location: authSetting['scope.userLocation'] }
}

const onShown = (/** @type {(is_shown: boolean) => void} */ told) => {
  wx.onAppShow(() => told(true))
  wx.onAppHide(() => told(false))
}

/** Read once: asking the system takes milliseconds each time. */
const readInfo = () => {
  const { envVersion, version } = wx.getAccountInfoSync().miniProgram
  const base = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync()
  const device = wx.getDeviceInfo ? wx.getDeviceInfo() : wx.getSystemInfoSync()
  return {
    platform: device.platform,
    app_version: version || VERSION,
    env_version: envVersion,
    font_size: /** @type {any} */ (base).fontSizeSetting || 16,
    has_nfc: readsTags(device.platform),
    has_wifi: typeof wx.startWifi === 'function' && typeof wx.getConnectedWifi === 'function',
    has_chunked: wx.canIUse('request.object.enableChunked'),
  }
}

/**
 * The phone.
 *
 * @returns {Platform}
 */
const createPlatform = () => {
  const now = () => Date.now()
  const found = readInfo()
  return {
    request: /** @type {Platform['request']} */ (request),
    stream,
    login,
    scan,
    locate: locator(wx.getLocation, now),
    chooseLocation,
    ...files,
    ...pictures,
    connectedWifi: () => connectedWifi(wx),
    wifiHere: () => wifiHere(wx, found.platform),
    watchTags,
    subscribe,
    ...storage,
    isOnline,
    onNetwork: (told) => wx.onNetworkStatusChange(({ isConnected }) => told(isConnected)),
    randomBytes,
    vibrate,
    info: () => found,
    permissions,
    openSettings: async () => { await promised(wx.openSetting) },
    openPrivacyContract,
    onPrivacy,
    privacy,
    onShown,
    update: update(),
    now,
  }
}

module.exports = { createPlatform }

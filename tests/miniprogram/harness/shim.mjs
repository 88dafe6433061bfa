/** `wx` for a browser: the parts of it that the product uses. Whatever else is asked for is recorded as missing. */

import { hideToast, modal, sheet, toast } from './dialogs.mjs'
import { chooseLocation, chooseMessageFile, getConnectedWifi, getLocation, getWifiList, phoneNumber, requestSubscribeMessage, scanCode, startWifi } from './shim/abilities.mjs'
import { watch } from './shim/camera.mjs'
import { agreedBy, openSetting, privacySetting, private_, setting } from './shim/consent.mjs'
import { canvasToTempFilePath, downloadFile, fileSystem, openDocument, saveImageToPhotosAlbum, shareFileMessage, showShareImageMenu } from './shim/files.mjs'
import { getNFCAdapter } from './shim/nfc.mjs'
import { interruptLater, interruptNot, networkType, request } from './shim/network.mjs'
import { asynchronous, emit, fail, fx, missing, off, on, record, running, violate, wait } from './shim/state.mjs'
import { storage } from './shim/storage.mjs'

const WORDS_OF_A_BUTTON = 4
const WORDS_BESIDE_AN_ICON = 7
const MOST_ITEMS = 6

const windowInfo = () => ({
  pixelRatio: devicePixelRatio, windowWidth: innerWidth, windowHeight: innerHeight - 44, screenWidth: innerWidth, screenHeight: innerHeight,
  statusBarHeight: 0, safeArea: { left: 0, top: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight }, screenTop: 44,
})
const baseInfo = () => ({ SDKVersion: '3.8.12', version: '8.0.60', language: 'zh_CN', theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', fontSizeSetting: fx.font_size, host: { env: 'WeChat' } })
const deviceInfo = () => ({ platform: fx.platform, system: fx.platform === 'ios' ? 'iOS 18.0' : 'Android 15', brand: 'phone', model: 'phone', benchmarkLevel: 30 })

const options = () => ({ path: '', query: {}, scene: fx.scene, referrerInfo: {} })

const showModal = (asked) => {
  for (const text of [asked.confirmText, asked.cancelText]) {
    if (text && [...text].length > WORDS_OF_A_BUTTON) violate(`a button of showModal says more than 4 words: ${text}`)
  }
  return modal(asked)
}

const showActionSheet = async ({ itemList, alertText }) => {
  if (itemList.length > MOST_ITEMS) violate(`${itemList.length} items in an action sheet`)
  const tapIndex = await sheet(itemList, { title: alertText })
  if (tapIndex === null) fail('cancel')
  return { tapIndex }
}

const showToast = ({ title, icon = 'success', duration }) => {
  if (icon !== 'none' && [...title].length > WORDS_BESIDE_AN_ICON) violate(`a toast beside an icon says more than 7 words: ${title}`)
  toast(title, { duration })
}

/** Pages are opened a moment later, as in WeChat. */
const navigation = (name, go) => asynchronous(name, async (asked) => {
  await (fx.navigation_ms ? wait(fx.navigation_ms) : Promise.resolve())
  try {
    go(asked)
  } catch (error) {
    violate(`${name}: ${error.message}`)
    fail(error.message)
  }
})

const knows = (schema) => {
  if (schema === 'request.object.enableChunked') return Boolean(fx.capabilities.chunked)
  return schema.split('.')[0] in parts
}

const cryptoManager = {
  getRandomValues: asynchronous('getRandomValues', ({ length }) => ({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer })),
}

/** Sounds are counted, not heard. */
const audio = () => ({
  currentTime: 0,
  destination: {},
  createOscillator: () => ({ frequency: { value: 0 }, connect() {}, start(at_s) { record('tone', { hertz: this.frequency.value, at_s }) }, stop() {} }),
  createGain: () => ({ gain: { value: 1 }, connect() {} }),
})

const updateManager = {
  onCheckForUpdate() {},
  onUpdateReady(call) { if (fx.is_update_ready) setTimeout(call, 0) },
  onUpdateFailed() {},
  applyUpdate() { record('applyUpdate', {}) },
}

let brightness = 0.5
let copied = ''

const parts = {
  ...storage,
  request,
  login: asynchronous('login', () => (fx.login ? { code: fx.login } : fail('login failed'))),
  checkSession: asynchronous('checkSession', () => ({})),
  scanCode: asynchronous('scanCode', scanCode),
  getLocation: asynchronous('getLocation', getLocation),
  chooseLocation: asynchronous('chooseLocation', chooseLocation),
  chooseMessageFile: asynchronous('chooseMessageFile', chooseMessageFile),
  getFileSystemManager: () => fileSystem,
  downloadFile,
  openDocument: asynchronous('openDocument', openDocument),
  shareFileMessage: asynchronous('shareFileMessage', shareFileMessage),
  canvasToTempFilePath: asynchronous('canvasToTempFilePath', canvasToTempFilePath),
  showShareImageMenu: asynchronous('showShareImageMenu', showShareImageMenu),
  saveImageToPhotosAlbum: asynchronous('saveImageToPhotosAlbum', saveImageToPhotosAlbum),
  openLocation: asynchronous('openLocation', () => ({})),
  startWifi: asynchronous('startWifi', startWifi),
  stopWifi: asynchronous('stopWifi', () => ({})),
  getConnectedWifi: asynchronous('getConnectedWifi', getConnectedWifi),
  getWifiList: asynchronous('getWifiList', getWifiList),
  onGetWifiList: on('wifiList'),
  offGetWifiList: off('wifiList'),
  getNFCAdapter,
  requestSubscribeMessage: asynchronous('requestSubscribeMessage', requestSubscribeMessage),
  getSetting: asynchronous('getSetting', setting),
  openSetting: asynchronous('openSetting', openSetting),
  getPrivacySetting: asynchronous('getPrivacySetting', privacySetting),
  requirePrivacyAuthorize: asynchronous('requirePrivacyAuthorize', private_),
  openPrivacyContract: asynchronous('openPrivacyContract', async () => { await modal({ title: '隐私保护指引', showCancel: false }) }),
  onNeedPrivacyAuthorization: on('privacy'),
  getNetworkType: asynchronous('getNetworkType', networkType),
  onNetworkStatusChange: on('network'),
  offNetworkStatusChange: off('network'),
  onAppShow: on('appShow'),
  offAppShow: off('appShow'),
  onAppHide: on('appHide'),
  offAppHide: off('appHide'),
  onError: on('error'),
  onUnhandledRejection: on('rejection'),
  showToast: asynchronous('showToast', showToast),
  hideToast: asynchronous('hideToast', hideToast),
  showLoading: asynchronous('showLoading', ({ title }) => toast(title, { duration: 0 })),
  hideLoading: asynchronous('hideLoading', hideToast),
  showModal: asynchronous('showModal', showModal),
  showActionSheet: asynchronous('showActionSheet', showActionSheet),
  navigateTo: navigation('navigateTo', ({ url }) => running.pages.navigateTo(url)),
  redirectTo: navigation('redirectTo', ({ url }) => running.pages.redirectTo(url)),
  reLaunch: navigation('reLaunch', ({ url }) => running.pages.reLaunch(url)),
  navigateBack: navigation('navigateBack', ({ delta }) => running.pages.navigateBack(delta)),
  setNavigationBarTitle: asynchronous('setNavigationBarTitle', ({ title }) => running.pages.setTitle(title)),
  setNavigationBarColor: asynchronous('setNavigationBarColor', (asked) => running.pages.setBarColor(asked)),
  startPullDownRefresh: asynchronous('startPullDownRefresh', () => running.pages.pullDown()),
  stopPullDownRefresh: asynchronous('stopPullDownRefresh', () => ({})),
  pageScrollTo: asynchronous('pageScrollTo', ({ scrollTop }) => running.pages.scrollTo(scrollTop)),
  setKeepScreenOn: asynchronous('setKeepScreenOn', ({ keepScreenOn }) => { fx.is_kept_on = keepScreenOn }),
  setScreenBrightness: asynchronous('setScreenBrightness', ({ value }) => { brightness = value }),
  getScreenBrightness: asynchronous('getScreenBrightness', () => ({ value: brightness })),
  createWebAudioContext: audio,
  vibrateShort: asynchronous('vibrateShort', () => ({})),
  vibrateLong: asynchronous('vibrateLong', () => ({})),
  setClipboardData: asynchronous('setClipboardData', ({ data }) => {
    copied = data
    toast('内容已复制')
  }),
  getClipboardData: asynchronous('getClipboardData', () => ({ data: copied })),
  getUserCryptoManager: () => cryptoManager,
  getWindowInfo: windowInfo,
  getAppBaseInfo: baseInfo,
  getDeviceInfo: deviceInfo,
  getSystemSetting: () => ({ locationEnabled: fx.location !== 'none', wifiEnabled: Boolean(fx.wifi), bluetoothEnabled: false }),
  getAppAuthorizeSetting: () => ({ locationAuthorized: fx.location === 'denied' ? 'denied' : 'authorized' }),
  getSystemInfoSync: () => ({ ...windowInfo(), ...baseInfo(), ...deviceInfo() }),
  getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid', envVersion: fx.env_version, version: '' }, plugin: {} }),
  getLaunchOptionsSync: options,
  getEnterOptionsSync: options,
  getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 6, right: innerWidth - 7, bottom: 38, left: innerWidth - 94 }),
  getUpdateManager: () => updateManager,
  canIUse: knows,
  nextTick: (call) => { Promise.resolve().then(call) },
  createSelectorQuery: () => running.createQuery(running.pages.top.page),
  env: { USER_DATA_PATH: 'wxfile://usr' },
}

const WIFI = ['startWifi', 'stopWifi', 'getConnectedWifi', 'getWifiList', 'onGetWifiList', 'offGetWifiList']

/** Parts that this phone has not; asking for them is no mistake. */
const absent = () => [...(fx.capabilities.wifi ? [] : WIFI), ...(fx.capabilities.nfc ? [] : ['getNFCAdapter'])]

window.wx = new Proxy(parts, {
  get(target, name) {
    if (absent().includes(name)) return undefined
    if (name in target || typeof name === 'symbol') return target[name]
    missing(`wx.${name}`)
    return undefined
  },
})

let hidden_at = 0

Object.assign(running, {
  hidden_for_ms: () => performance.now() - hidden_at,
  hide() {
    if (running.pages) running.pages.hide()
    running.app().onHide?.()
    emit('appHide', {})
  },
  show() {
    const entered = { ...options(), path: running.pages.top.route }
    running.app().onShow?.(entered)
    emit('appShow', entered)
    running.pages.show()
  },
})

/** To the background, as by the home button. */
fx.background = () => {
  running.is_hidden = true
  hidden_at = performance.now()
  running.hide()
  interruptLater()
}

/** Back again. */
fx.foreground = () => {
  running.is_hidden = false
  interruptNot()
  running.show()
}

window.__harness = {
  start: (given) => Object.assign(running, given),
  launch: (entered) => Object.assign(options(), entered),
  emit,
  missing,
  agreedBy,
  openSetting,
  phoneNumber,
  watch,
  share(from) {
    const { page } = running.pages.top
    record('share', page.onShareAppMessage ? page.onShareAppMessage({ from }) : {})
    if (!page.onShareAppMessage) violate(`${running.pages.top.route} has a share button and no onShareAppMessage`)
  },
  /** Runs what a tap does; what may only follow a tap may follow until the next task. */
  tapping(act) {
    running.is_tapping = true
    setTimeout(() => { running.is_tapping = false }, 0)
    act()
  },
}

/** What the phone can: scan, say where it is and which Wi-Fi it is in, ask for messages. */

import { modal } from '../dialogs.mjs'
import { allowLocation, private_ } from './consent.mjs'
import { emit, fail, fx, running, violate, wait } from './state.mjs'

const SAME_FIX_MS = 30000
const CALLS_TOO_MANY = 3
const MOST_TEMPLATES = 5
const MOST_FILES = 100
const PHONE = { title: '签到 申请获取并验证你的手机号', content: '138****0000', confirmText: '允许', cancelText: '不允许' }
const PASTE = { title: '扫一扫', placeholderText: '粘贴二维码的内容', editable: true, confirmText: '扫到了' }

const declared = (api) => {
  if (!(running.appJson.requiredPrivateInfos || []).includes(api)) {
    violate(`app.json does not name ${api} in requiredPrivateInfos`)
    fail('the api need to be declared in the requiredPrivateInfos field in app.json', { errno: 112 })
  }
}

/** The camera covers the program meanwhile: many phones say that it was hidden and shown. */
const covered = async (act) => {
  const { hides_for_scan: is_told } = fx.capabilities
  if (is_told) running.hide()
  try {
    return await act()
  } finally {
    if (is_told) running.show()
  }
}

const scanned = async () => {
  if (fx.scan === undefined) {
    const said = await modal(PASTE)
    return said.confirm ? said.content : null
  }
  await wait(fx.scan_ms)
  return fx.scan
}

export const scanCode = async () => {
  const result = await covered(scanned)
  if (result === null) fail('cancel')
  if (result && result.error) fail(result.error)
  return { result, scanType: fx.scan_type, charSet: 'UTF-8', path: '', rawData: '' }
}

let kept = null
let asked = []

const notTooOften = () => {
  const now = performance.now()
  asked = [...asked.filter((at) => now - at < SAME_FIX_MS), now]
  if (asked.length > CALLS_TOO_MANY) violate(`${asked.length} calls of getLocation within 30 s`)
}

export const getLocation = async ({ type = 'wgs84' }) => {
  if (!fx.capabilities.location) fail('not support')
  declared('getLocation')
  await private_()
  await allowLocation()
  if (type !== 'gcj02') violate(`getLocation of type ${type}`)
  await wait(fx.location_ms)
  if (fx.location === 'none') fail('ERROR_NOCELL&WIFI_LOCATIONSWITCHOFF', { errno: 2 })
  notTooOften()
  if (!kept || Date.now() - kept.at >= SAME_FIX_MS) kept = { at: Date.now(), fix: { ...fx.location } }
  return { speed: -1, altitude: 0, verticalAccuracy: 0, horizontalAccuracy: kept.fix.accuracy, ...kept.fix }
}

export const chooseLocation = async () => {
  declared('chooseLocation')
  await private_()
  const chosen = await covered(async () => {
    await wait(fx.scan_ms)
    return fx.chooseLocation
  })
  if (!chosen) fail('cancel')
  return chosen
}

/** A list as somebody sent it in a chat; text of a test stands for the bytes of the file. */
export const chooseMessageFile = async ({ count = 1, type }) => {
  if (count > MOST_FILES) violate(`${count} files chosen at once`)
  if (type !== 'file') violate(`chooseMessageFile of type ${type}`)
  await private_()
  const chosen = await covered(async () => {
    await wait(fx.scan_ms)
    return fx.file
  })
  if (!chosen) fail('cancel')
  return { tempFiles: [{ ...chosen, path: `wxfile://tmp/${chosen.name}`, size: new TextEncoder().encode(chosen.text).length, type: 'file', time: 0 }] }
}

/** What the button for a phone number tells: a code for the number of who is signed in, after WeChat asked them. */
export const phoneNumber = async () => {
  await private_()
  const said = await modal(PHONE)
  if (!said.confirm) return { errMsg: 'getPhoneNumber:fail user deny' }
  return { errMsg: 'getPhoneNumber:ok', code: fx.phone || fx.login }
}

let is_started = false

export const startWifi = () => { is_started = true }

export const getConnectedWifi = () => {
  if (!is_started) fail('not invoke startWifi', { errCode: 12000 })
  if (!fx.wifi) fail('wifi not turned on', { errCode: 12005 })
  if (fx.wifi.errCode) fail('wifi', fx.wifi)
  return { wifi: { signalStrength: 80, secure: true, frequency: 2412, ...fx.wifi } }
}

/** The list comes as an event; on iOS the person is led to the settings first. */
export const getWifiList = () => {
  if (!is_started) fail('not invoke startWifi', { errCode: 12000 })
  setTimeout(() => emit('wifiList', { wifiList: fx.wifi_list || [] }), 0)
}

export const requestSubscribeMessage = ({ tmplIds }) => {
  if (!running.is_tapping) {
    violate('requestSubscribeMessage without a tap')
    fail('can only be invoked by user TAP gesture.', { errCode: 20004 })
  }
  if (tmplIds.length > MOST_TEMPLATES) violate(`${tmplIds.length} templates asked for at once`)
  if (fx.subscribe === 'off') fail('The main switch is switched off', { errCode: 20004 })
  return Object.fromEntries(tmplIds.map((id) => [id, typeof fx.subscribe === 'object' ? fx.subscribe[id] : fx.subscribe]))
}

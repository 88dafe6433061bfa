/** What is ours in the layer over wx; wx itself is imitated only as far as these functions call it. */

const { promised, toFailure } = require('../../../../miniprogram/platform/failures')
const { locator } = require('../../../../miniprogram/platform/location')
const { connectedWifi, normalise, wifiHere } = require('../../../../miniprogram/platform/wifi')

describe('failures', () => {
  test.each([
    ['request:fail interrupted', 'interrupted'],
    ['request:fail timeout', 'timeout'],
    ['request:fail errcode:-118 cronet_error_code:-118 error_msg:net::ERR_CONNECTION_TIMED_OUT', 'timeout'],
    ['request:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED', 'offline'],
    ['request:fail 似乎已断开与互联网的连接。', 'offline'],
    ['request:fail Unable to resolve host "qiandao.example.com"', 'offline'],
    ['getLocation:fail auth deny', 'denied'],
    ['getLocation:fail:auth denied', 'denied'],
    ['getLocation:fail authorize no response', 'failed'],
    ['getLocation:fail system permission denied', 'denied'],
    ['getLocation:fail privacy permission is not authorized', 'denied'],
    ['scanCode:fail cancel', 'cancelled'],
    ['chooseLocation:fail cancel', 'cancelled'],
    ['startWifi:fail not support', 'unsupported'],
    ['something new', 'failed'],
  ])('%s is %s', (errMsg, kind) => expect(toFailure({ errMsg }).kind).toBe(kind))

  test('a number decides where the text does not', () => {
    expect(toFailure({ errMsg: 'request:fail', errno: 600001 }).kind).toBe('offline')
    expect(toFailure({ errMsg: 'requirePrivacyAuthorize:fail', errno: 104 }).kind).toBe('denied')
  })

  test('an ability that the phone has not is a failure, not a crash', async () => {
    await expect(promised(undefined)).rejects.toMatchObject({ kind: 'unsupported' })
  })
})

describe('location', () => {
  /** A getLocation as released builds have it, and how often it was called. */
  const phone = (fail) => {
    const calls = []
    const getLocation = (options) => {
      calls.push(options)
      if (fail && calls.length <= fail) options.fail({ errMsg: 'getLocation:fail auth deny' })
      else options.success({ latitude: calls.length, longitude: 2, accuracy: 30, horizontalAccuracy: 25 })
    }
    return { calls, getLocation }
  }

  test('within 30 s everybody gets the same position, with the time it is from', async () => {
    let now = 1000
    const { calls, getLocation } = phone()
    const locate = locator(getLocation, () => now)
    const first = await locate({ isPrecise: false })
    now += 29999
    expect(await locate({ isPrecise: true })).toEqual(first)
    expect(first).toEqual({ latitude: 1, longitude: 2, accuracy_m: 25, coord: 'gcj02', fixed_at: 1000 })
    now += 1
    expect(await locate({ isPrecise: true })).toMatchObject({ latitude: 2, fixed_at: 31000 })
    expect(calls).toHaveLength(2)
    expect(calls[0]).toMatchObject({ type: 'gcj02' })
    expect(calls[0]).not.toHaveProperty('isHighAccuracy')
    expect(calls[1]).toMatchObject({ type: 'gcj02', isHighAccuracy: true })
    expect(calls[1].highAccuracyExpireTime).toBeGreaterThanOrEqual(3000)
  })

  test('a clock that was set back ends what is kept', async () => {
    let now = 10 * 3600000
    const { calls, getLocation } = phone()
    const locate = locator(getLocation, () => now)
    await locate({ isPrecise: false })
    now -= 3600000
    await locate({ isPrecise: false })
    expect(calls).toHaveLength(2)
  })

  test.each([
    [{ accuracy: 0, horizontalAccuracy: 0 }, null],
    [{ accuracy: -1 }, null],
    [{}, null],
    [{ accuracy: 12 }, 12],
    [{ accuracy: 1e9 }, 100000],
  ])('an accuracy of %j is told as %s', async (said, accuracy_m) => {
    const locate = locator((/** @type {any} */ options) => options.success({ latitude: 1, longitude: 2, ...said }), () => 0)
    expect((await locate({ isPrecise: false })).accuracy_m).toBe(accuracy_m)
  })

  test('0, 0 is no position', async () => {
    const locate = locator((/** @type {any} */ options) => options.success({ latitude: 0, longitude: 0, accuracy: 5 }), () => 0)
    await expect(locate({ isPrecise: false })).rejects.toMatchObject({ kind: 'failed' })
  })

  test('two who ask at once ask the phone once', async () => {
    const { calls, getLocation } = phone()
    const slow = (options) => setTimeout(getLocation, 1, options)
    const locate = locator(slow, () => 0)
    await Promise.all([locate({ isPrecise: false }), locate({ isPrecise: false })])
    expect(calls).toHaveLength(1)
  })

  test('a refusal is not remembered', async () => {
    const locate = locator(phone(1).getLocation, () => 0)
    await expect(locate({ isPrecise: false })).rejects.toMatchObject({ kind: 'denied' })
    expect(await locate({ isPrecise: false })).toMatchObject({ latitude: 2 })
  })
})

describe('Wi-Fi', () => {
  test.each([
    ['3C:7C:3F:00:1A:2B', '3c:7c:3f:00:1a:2b'],
    ['3c-7c-3f-00-1a-2b', '3c:7c:3f:00:1a:2b'],
    ['3c7c3f001a2b', '3c:7c:3f:00:1a:2b'],
    ['3c:7c:3f:0:1a:2', '3c:7c:3f:00:1a:02'],
    ['02:00:00:00:00:00', ''],
    ['', ''],
    ['nonsense', ''],
    ['3c:7c:3f:00:1a', ''],
    ['3c:7c:3f:00:1a:zz', ''],
  ])('%p is %p', (text, bssid) => expect(normalise(text)).toBe(bssid))

  const phone = ({ start, connected }) => ({
    startWifi: (options) => (start ? options.fail({ errMsg: start }) : options.success({})),
    getConnectedWifi: (options) => (typeof connected === 'string' ? options.fail({ errMsg: connected }) : options.success({ wifi: connected })),
  })

  test('it is started before it is asked for', async () => {
    expect(await connectedWifi(phone({ connected: { SSID: 'hall', BSSID: '3C:7C:3F:00:1A:2B' } }))).toEqual({ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' })
  })

  test.each([
    [{ start: 'startWifi:fail:12001 system not support' }, 'unsupported'],
    [{ connected: 'getConnectedWifi:fail 12005 wifi not turned on' }, 'failed'],
    [{ connected: 'getConnectedWifi:fail 12006 may be not open GPS' }, 'denied'],
    [{ connected: { SSID: 'hall' } }, 'failed'],
  ])('%p is %s', async (state, kind) => {
    await expect(connectedWifi(phone(state))).rejects.toMatchObject({ kind })
  })

  const CONNECTED = { SSID: 'hall', BSSID: '3C:7C:3F:00:1A:2B' }
  const NEIGHBOURS = [{ SSID: 'hall', BSSID: '3c:7c:3f:00:1a:2c' }, { SSID: 'cafe', BSSID: '00:11:22:33:44:55' }, { SSID: 'hall', BSSID: '3c:7c:3f:00:1a:2b' }]

  /** A phone that tells a list to whoever listens when it is asked. */
  const listing = (wifiList) => {
    const told = new Set()
    return {
      ...phone({ connected: CONNECTED }),
      told,
      onGetWifiList: (call) => told.add(call),
      offGetWifiList: (call) => told.delete(call),
      getWifiList: (options) => {
        options.success({})
        told.forEach((call) => call({ wifiList }))
      },
    }
  }

  test('where it is, is its own access point and those of the same name', async () => {
    const wifi = listing(NEIGHBOURS)
    const here = await wifiHere(wifi, 'android')
    expect(here).toEqual([{ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }, { ssid: 'hall', bssid: '3c:7c:3f:00:1a:2c' }])
    expect(wifi.told.size).toBe(0)
  })

  test.each([
    ['ios', listing(NEIGHBOURS)],
    ['android', phone({ connected: CONNECTED })],
    ['android', listing([])],
  ])('on %s without a list it is the connected one alone', async (platform, wifi) => {
    expect(await wifiHere(wifi, platform)).toEqual([{ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }])
  })

  test('a phone without the abilities says so', async () => {
    await expect(connectedWifi({})).rejects.toMatchObject({ kind: 'unsupported' })
  })
})

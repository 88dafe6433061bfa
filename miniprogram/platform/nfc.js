/**
 * Tags that are touched with the phone. WeChat reads them on Android and HarmonyOS; an iPhone reads them by itself and
 * opens their link.
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/api/device/nfc/NFCAdapter.html
 */

const { failure } = require('../core/failure')
const { addressIn } = require('../core/ndef')
const { toFailure } = require('./failures')

const OFF = 13001
/** What goes on all the same: read already, ended already, connected already. */
const HARMLESS = [13021, 13018, 13022]
const LOST = { reason: 'NFC_TAG_LOST' }
const UNSUITED = { reason: 'NFC_TAG_UNSUITED' }

/** By `errCode`; what is not here passes when it is tried again. */
const MEANINGS = /** @type {Record<number, Failure>} */ ({
  13000: failure('unsupported', 'this phone has no NFC'),
  [OFF]: failure('denied', 'NFC is off', { reason: 'NFC_OFF' }),
  13019: failure('denied', 'NFC is not allowed', { reason: 'NFC_DENIED' }),
  13013: failure('failed', 'there is no tag any more', LOST),
  13016: failure('failed', 'the tag was not reached', LOST),
  13017: failure('failed', 'the tag was taken away', LOST),
  13023: failure('failed', 'the tag is not connected', LOST),
  13014: failure('failed', 'no tag for links', UNSUITED),
  13015: failure('failed', 'no tag for links', UNSUITED),
  13024: failure('failed', 'the tag cannot be written', UNSUITED),
})

/** What a call of the adapter does, by promise. */
const asked = (/** @type {(options: any) => void} */ call, /** @type {object} */ options = {}) => new Promise((resolve, reject) => {
  const fail = (/** @type {any} */ said) => {
    if (HARMLESS.includes(said.errCode)) resolve(undefined)
    else reject(MEANINGS[said.errCode] || { ...toFailure(said), kind: 'failed', reason: 'NFC_FAILED' })
  }
  call({ ...options, success: resolve, fail })
})

/** Whether WeChat reads tags on this phone, as far as it can be known without trying. */
const readsTags = (/** @type {string} */ platform) => platform !== 'ios' && typeof wx.getNFCAdapter === 'function'

/** Writes the link on the tag that was just touched, and nothing else. */
const write = async (/** @type {any} */ adapter, /** @type {string} */ url) => {
  const ndef = adapter.getNdef()
  await asked((options) => ndef.connect(options))
  try {
    await asked((options) => ndef.writeNdefMessage(options), { uris: [url] })
  } finally {
    // A tag that was taken away is closed already.
    await asked((options) => ndef.close(options)).catch(() => {})
  }
}

/** @type {Platform['watchTags']} */
const watchTags = ({ onReady, onTag, onFailure }) => {
  let is_over = false
  const adapter = wx.getNFCAdapter()
  const found = (/** @type {any} */ { messages, techs }) =>
    onTag({ url: addressIn(messages || []), can_write: (techs || []).includes(adapter.tech.ndef), write: (url) => write(adapter, url) })
  adapter.onDiscovered(found)
  asked((options) => adapter.startDiscovery(options)).then(
    () => { if (!is_over) onReady() },
    (/** @type {Failure} */ said) => { if (!is_over) onFailure(said) },
  )
  return () => {
    is_over = true
    adapter.offDiscovered(found)
    asked((options) => adapter.stopDiscovery(options)).catch(() => {})
  }
}

module.exports = { readsTags, watchTags }

/** What a tag says, as wx hands it out: the address in it. Pure. */

const { decoder } = require('./utf8')

const WELL_KNOWN = 1
const URI = 0x55
/** What the first byte of an address stands for. Source: NFC Forum, URI Record Type Definition 1.0, table 3. */
const BEGINNINGS = ['', 'http://www.', 'https://www.', 'http://', 'https://']

/** @typedef {{ tnf?: number, type: ArrayBuffer, payload: ArrayBuffer }} NdefRecord */

const isUri = (/** @type {NdefRecord} */ { tnf = WELL_KNOWN, type }) => {
  const bytes = new Uint8Array(type)
  return tnf === WELL_KNOWN && bytes.length === 1 && bytes[0] === URI
}

/**
 * The first address on a tag; empty where there is none.
 *
 * @param {({ records: NdefRecord[] } | NdefRecord)[]} messages Some versions of wx give records without their message.
 * @returns {string}
 */
const addressIn = (messages) => {
  const record = messages.flatMap((each) => ('records' in each ? each.records : [each])).find(isUri)
  if (!record || !record.payload.byteLength) return ''
  const beginning = BEGINNINGS[new Uint8Array(record.payload)[0]]
  return beginning === undefined ? '' : beginning + decoder()(record.payload.slice(1))
}

module.exports = { addressIn }

/** Tags that are touched: `__fx.touch(tag)` of a test is one touch of it, and what is written stays on it. */

import { asynchronous, emit, fail, fx, off, on, violate } from './state.mjs'

const WELL_KNOWN = 1
const PREFIXES = { 'http://': 3, 'https://': 4 }
const STATES = { off: 13001, denied: 13019, none: 13000, broken: 13010 }

let is_started = false
let is_connected = false
/** What lies at the phone. */
let tag = null

const bytes = (text, ...before) => Uint8Array.from([...before, ...new TextEncoder().encode(text)]).buffer

const recordOf = (url) => {
  const prefix = Object.keys(PREFIXES).find((each) => url.startsWith(each)) || ''
  return { tnf: WELL_KNOWN, id: bytes(''), type: bytes('U'), payload: bytes(url.slice(prefix.length), PREFIXES[prefix] || 0) }
}

/** Without discovery the system has the tag, and opens a browser: the program hears nothing. */
fx.touch = (touched) => {
  tag = { is_lost: false, is_locked: false, ...fx.tags[touched.name], ...touched }
  fx.tags[tag.name || ''] = tag
  is_connected = false
  if (!is_started) return false
  emit('nfcDiscovered', { id: bytes('id'), techs: tag.is_locked ? ['NFC-A'] : ['NFC-A', 'NDEF'], ...(tag.url && { messages: [{ records: [recordOf(tag.url)] }] }) })
  return true
}

const ndef = {
  connect: asynchronous('Ndef.connect', () => {
    if (!tag) fail('NFC tag has not been discovered', { errCode: 13013 })
    if (is_connected) fail('Tech already connected', { errCode: 13022 })
    is_connected = true
  }),
  writeNdefMessage: asynchronous('Ndef.writeNdefMessage', ({ uris }) => {
    if (!is_connected) violate('a tag is written that is not connected')
    if (tag.is_lost) fail('system internal error', { errCode: 13017 })
    fx.tags[tag.name || ''] = { ...tag, url: tag.is_bad ? uris[0].slice(0, -1) : uris[0] }
  }),
  close: asynchronous('Ndef.close', () => {
    if (!is_connected) fail('Tech has not connected', { errCode: 13023 })
    is_connected = false
  }),
}

const adapter = {
  tech: { ndef: 'NDEF', nfcA: 'NFC-A', isoDep: 'ISO-DEP' },
  onDiscovered: on('nfcDiscovered'),
  offDiscovered: off('nfcDiscovered'),
  startDiscovery: asynchronous('startDiscovery', () => {
    if (STATES[fx.nfc]) fail(fx.nfc, { errCode: STATES[fx.nfc] })
    if (is_started) fail('NFC discovery already started', { errCode: 13021 })
    is_started = true
  }),
  stopDiscovery: asynchronous('stopDiscovery', () => {
    if (!is_started) fail('NFC discovery has not started', { errCode: 13018 })
    is_started = false
  }),
  getNdef: () => ndef,
}

export const getNFCAdapter = () => adapter

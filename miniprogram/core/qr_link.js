/**
 * From what a camera or an antenna read to the token of an activity, what a tag says, the code of an invite, the ticket of a
 * console, or what it is instead.
 */

const { isInvite } = require('./code')

const LINK = /^https?:\/\/([^/?#]+)\/([qicn])\/([^/?#]+)(?:\?([^#]*))?(?:#.*)?$/i
/** Sealed by the server, in base64url; far longer than an id, a number or a payment code. Source: domainkit/sealed.py. */
const TOKEN = /^[A-Za-z0-9_-]{60,256}$/
const TICKET = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Both ids of a tag and what proves them, in base64url. Source: domainkit/nfc_tags.py. */
const TAG = /^[A-Za-z0-9_-]{59}$/
/** What an NTAG 424 DNA adds to its link at each touch: who it is and its count, encrypted, and their proof. */
const [TOUCH, PROOF] = [/^[0-9a-f]{32}$/i, /^[0-9a-f]{16}$/i]

/** What other QRs begin with or look like, by the key of their name in the texts; the first that matches is meant. */
const FOREIGN = /** @type {[string, RegExp][]} */ ([
  ['payment', /^(1[0-5]\d{16}|(2[5-9]|30)\d{14,22}|62\d{17})$/],
  ['collection', /^(wxp:\/\/|https?:\/\/(qr\.alipay\.com|payapp\.wechatpay\.cn|\w+\.tenpay\.com|qr\.95516\.com)\b)/i],
  ['login', /^https?:\/\/(login\.\w+\.qq\.com|open\.weixin\.qq\.com\/connect|long\.open\.weixin\.qq\.com|txz\.qq\.com|passport\.)/i],
  ['mini', /^(https?:\/\/mp\.weixin\.qq\.com\/a\/|https?:\/\/wxaurl\.cn\b|weixin:\/\/dl\/business)/i],
  ['contact', /^(https?:\/\/(u\.wechat\.com|weixin\.qq\.com\/[a-z]\/|work\.weixin\.qq\.com|qm\.qq\.com)|BEGIN:VCARD|MECARD:)/i],
  ['wifi', /^WIFI:/i],
  ['link', /^https?:\/\//i],
])

/** Percent-decoding that leaves alone what is not encoded right. */
const decoded = (/** @type {string} */ text) => {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

const hostOf = (/** @type {string} */ base) => base.replace(/^https?:\/\//i, '').replace(/\/.*$/, '').toLowerCase()

/** A link to our own server: where to, what it holds, and its query; empty for any other text. */
const linkIn = (/** @type {string} */ text, /** @type {string} */ base) => {
  const [, host = '', where = '', what = '', query = ''] = LINK.exec(text.trim()) || []
  return host.toLowerCase() === hostOf(base) ? { where: where.toLowerCase(), what: decoded(what), query } : { where: '', what: '', query: '' }
}

/** What such a link holds. */
const held = (/** @type {string} */ text, /** @type {string} */ base, /** @type {'q' | 'i' | 'c'} */ folder) => {
  const { where, what } = linkIn(text, base)
  return where === folder ? what : ''
}

/**
 * The token of a QR of ours: of a link to our own server, or a bare one as strict activities show it; empty for
 * everything else, which the server need not see.
 *
 * @param {string} text
 * @param {string} base The server's address.
 */
const tokenOf = (text, base) => {
  const token = held(text, base, 'q') || text.trim()
  return TOKEN.test(token) ? token : ''
}

/**
 * The code of an invite to our own server; empty for everything else.
 *
 * @param {string} text
 * @param {string} base The server's address.
 */
const inviteOf = (text, base) => {
  const code = held(text, base, 'i').toUpperCase()
  return isInvite(code) ? code : ''
}

/**
 * What the link of a tag of our own server says, as it is sent: `TEXT`, or `TEXT.E.C` of a tag that counts; empty for everything else.
 *
 * @param {string} link
 * @param {string} base The server's address.
 */
const tagOf = (link, base) => {
  const { where, what, query } = linkIn(link, base)
  if (where !== 'n' || !TAG.test(what)) return ''
  const { e = '', c = '' } = Object.fromEntries(query.split('&').map((part) => part.split('=')))
  if (!e && !c) return what
  return TOUCH.test(e) && PROOF.test(c) ? `${what}.${e}.${c}` : ''
}

/** Whether what a tag says is good for one attempt only. */
const isOfOneTouch = (/** @type {string | undefined} */ token) => Boolean(token && token.includes('.'))

/**
 * The ticket by which a browser asks to be let in to the console of our own server; empty for everything else.
 *
 * @param {string} text
 * @param {string} base The server's address.
 */
const ticketOf = (text, base) => {
  const ticket = held(text, base, 'c').toLowerCase()
  return TICKET.test(ticket) ? ticket : ''
}

/**
 * What a QR is that is for something else: console, which is ours, or payment, collection, login, mini, contact, wifi, link, other.
 *
 * @param {string} text
 * @param {string} base The server's address.
 */
const foreignKind = (text, base) => {
  if (ticketOf(text, base)) return 'console'
  return (FOREIGN.find(([, pattern]) => pattern.test(text.trim())) || ['other'])[0]
}

module.exports = { tokenOf, inviteOf, tagOf, isOfOneTouch, ticketOf, foreignKind, decoded }

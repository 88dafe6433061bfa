/** From what a camera read to the token of an activity, the code of an invite, the ticket of a console, or what it is instead. */

const { isInvite } = require('./code')

const LINK = /^https?:\/\/([^/?#]+)\/([qic])\/([^/?#]+)(?:[?#].*)?$/i
/** Sealed by the server, in base64url; far longer than an id, a number or a payment code. Source: domainkit/sealed.py. */
const TOKEN = /^[A-Za-z0-9_-]{60,256}$/
const TICKET = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

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

/** What a link to our own server holds; empty for any other text. */
const held = (/** @type {string} */ text, /** @type {string} */ base, /** @type {'q' | 'i' | 'c'} */ folder) => {
  const [, host = '', where = '', what = ''] = LINK.exec(text.trim()) || []
  return host.toLowerCase() === hostOf(base) && where.toLowerCase() === folder ? decoded(what) : ''
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

module.exports = { tokenOf, inviteOf, ticketOf, foreignKind, decoded }

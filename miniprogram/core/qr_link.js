/** From what a camera read to the token of an activity. */

const LINK = /^https?:\/\/[^/?#]+\/q\/([^/?#]+)/
const TOKEN = /^[A-Za-z0-9_.-]{16,256}$/

/** Percent-decoding that leaves alone what is not encoded right. */
const decoded = (/** @type {string} */ text) => {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

/**
 * The token of a QR: of our link, or a bare one as strict activities show it. What is none of ours goes to the server
 * as it is, cut to what it takes: it answers QR_MALFORMED, and the person reads why.
 *
 * @param {string} text
 */
const tokenOf = (text) => {
  const link = LINK.exec(text.trim())
  return (link ? decoded(link[1]) : text.trim()).slice(0, 256)
}

/**
 * Whether a text may be one of our QRs at all.
 *
 * @param {string} text
 */
const isOurs = (text) => LINK.test(text.trim()) || TOKEN.test(text.trim())

/**
 * The token of the page option `q`, which WeChat's own scanner gives percent-encoded once.
 *
 * @param {string} q
 */
const tokenOfQuery = (q) => tokenOf(decoded(q))

module.exports = { tokenOf, tokenOfQuery, isOurs }

/**
 * The code of an activity or of an invite in what somebody typed or pasted: the same letters, more of them. They are those
 * of `domainkit/codes.py`. Pure.
 */

const LETTERS = 'CFGHJKMNPRTVWXY34679'
const CHECKIN_LENGTH = 6
const INVITE_LENGTH = 14
const CHECKIN = new RegExp(`^[${LETTERS}]{${CHECKIN_LENGTH}}$`)
const INVITE = new RegExp(`^[${LETTERS}]{${INVITE_LENGTH}}$`)

/** What follows the word code, in Chinese or English. */
const NAMED = /(?:\u7801|CODE)[^0-9A-Z]*([0-9A-Z]{14}|[0-9A-Z]{6})(?![0-9A-Z])/

/**
 * The code in a text: the one that a sentence names or holds, else what was typed so far, without what means nothing.
 *
 * @param {string} text
 * @returns {string} Fourteen characters at most.
 */
const codeIn = (text) => {
  const folded = text.normalize('NFKC').toUpperCase()
  const named = NAMED.exec(folded)
  if (named) return named[1]
  const found = folded.split(/[^0-9A-Z]+/).find((word) => CHECKIN.test(word) || INVITE.test(word))
  return found || folded.replace(/[^0-9A-Z]/g, '').slice(0, INVITE_LENGTH)
}

const isWhole = (/** @type {string} */ code) => code.length === CHECKIN_LENGTH

const isInvite = (/** @type {string} */ code) => INVITE.test(code)

module.exports = { codeIn, isWhole, isInvite }

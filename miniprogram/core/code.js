/**
 * The code of an activity, of an invite or of a label in what somebody typed or pasted: the same letters, more of them. They are those
 * of `domainkit/codes.py`. Pure.
 */

const LETTERS = 'CFGHJKMNPRTVWXY34679'
const CHECKIN_LENGTH = 6
const INVITE_LENGTH = 14
const LENGTH_OF_ENTRY = 10
/** What the QR of a label begins with. */
const LABEL = 'QDE1'
/** A label's code holds a rest of its number by this, as in `domainkit/entry_codes.py`. */
const CHECK = 9
const MOST_TAIL = 2 ** 40
const CHECKIN = new RegExp(`^[${LETTERS}]{${CHECKIN_LENGTH}}$`)
const INVITE = new RegExp(`^[${LETTERS}]{${INVITE_LENGTH}}$`)
const ENTRY = new RegExp(`^(?:${LABEL})?([${LETTERS}]{${LENGTH_OF_ENTRY}})$`)

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

/**
 * The ten characters of a label, as it was scanned or typed; empty for anything else, a slip of a finger too.
 *
 * @param {string} text
 */
const entryCodeIn = (text) => {
  const [, code = ''] = ENTRY.exec(text.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '')) || []
  const number = [...code].reduce((value, letter) => value * LETTERS.length + LETTERS.indexOf(letter), 0)
  const tail = Math.floor(number / CHECK)
  return code && tail < MOST_TAIL && number % CHECK === tail % CHECK ? code : ''
}

module.exports = { LENGTH_OF_ENTRY, codeIn, entryCodeIn, isWhole, isInvite }

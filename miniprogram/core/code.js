/** The code of an activity in what somebody typed or pasted; its letters are those of `domainkit/codes.py`. Pure. */

const CODE = /^[CFGHJKMNPRTVWXY34679]{6}$/
const CHARACTERS = 6

/** What follows the word code, in Chinese or English. */
const NAMED = /(?:\u7801|CODE)[^0-9A-Z]*([0-9A-Z]{6})(?![0-9A-Z])/

/**
 * The code in a text: the one that a sentence names or holds, else what was typed so far, without what means nothing.
 *
 * @param {string} text
 * @returns {string} Six characters at most.
 */
const codeIn = (text) => {
  const folded = text.normalize('NFKC').toUpperCase()
  const named = NAMED.exec(folded)
  if (named) return named[1]
  const found = folded.split(/[^0-9A-Z]+/).find((word) => CODE.test(word))
  return found || folded.replace(/[^0-9A-Z]/g, '').slice(0, CHARACTERS)
}

const isWhole = (/** @type {string} */ code) => code.length === CHARACTERS

module.exports = { codeIn, isWhole }

/** What a camera at a door read, or somebody typed: a person's code, the code of a label, or what it is instead. Pure. */

const { entryCodeIn } = require('./code')
const { isPersonCode, parse } = require('./person_code')
const { foreignKind, inviteOf, tokenOf } = require('./qr_link')

/**
 * What a text is: `who` of somebody, or `kind` of what is none: own (an activity's own QR), invite, spoilt (a personal code
 * that is none), or as of `foreignKind`.
 *
 * @param {string} text
 * @param {string} server
 * @returns {{ who: DoorWay } | { kind: string }}
 */
const readingOf = (text, server) => {
  const said = text.trim()
  if (isPersonCode(said)) return parse(said) ? { who: { person_token: said } } : { kind: 'spoilt' }
  const entry_code = entryCodeIn(said)
  if (entry_code) return { who: { entry_code } }
  if (tokenOf(said, server)) return { kind: 'own' }
  return { kind: inviteOf(said, server) ? 'invite' : foreignKind(said, server) }
}

module.exports = { readingOf }

/** Finding people by what somebody remembers of their name; `domainkit/name_search.py` is the same on the server. Pure. */

/** Without case, accents, voicing marks of kana and width. */
const folded = (/** @type {string} */ text) =>
  text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKD').replace(/[\u0300-\u036f\u3099\u309a]/g, '')

/**
 * Whether a name holds every word of a query, in any order; spaces mean nothing.
 *
 * @param {string} name
 * @param {string} query
 */
const isNamedLike = (name, query) => {
  const squeezed = folded(name).replace(/\s/g, '')
  return folded(query).split(/\s+/).every((word) => squeezed.includes(word))
}

module.exports = { isNamedLike }

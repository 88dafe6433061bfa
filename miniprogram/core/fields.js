/** What a server takes: a phone never sends a field that the server did not name. */

/**
 * A copy with the named fields only, and without what is undefined.
 *
 * @template {object} T
 * @param {T} body
 * @param {readonly string[]} names
 * @returns {Partial<T>}
 */
const only = (body, names) => /** @type {Partial<T>} */ (
  Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== undefined && names.includes(name)))
)

module.exports = { only }

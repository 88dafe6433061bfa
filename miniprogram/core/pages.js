/** Lists that are read page by page while they change. Pure. */

/**
 * What is known with a further page laid into it: whatever comes again takes the place it has.
 *
 * @template {object} T
 * @param {T[]} known
 * @param {T[]} page
 * @param {keyof T} id Names one of them.
 * @returns {T[]}
 */
const join = (known, page, id) => [...new Map([...known, ...page].map((one) => [one[id], one])).values()]

module.exports = { join }

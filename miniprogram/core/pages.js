/** Lists that are read page by page while they change. */

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

/**
 * All of a list.
 *
 * @param {(page_token: string) => Promise<any>} read Gives a page: the named list, and `next_page_token`, empty of the last one.
 * @param {string} name
 * @param {string} id Names one of them.
 * @returns {Promise<any[]>}
 */
const everyPage = async (read, name, id) => {
  let all = /** @type {any[]} */ ([])
  for (let page_token = ''; ;) {
    const page = await read(page_token)
    all = join(all, page[name], id)
    page_token = page.next_page_token
    if (!page_token) return all
  }
}

module.exports = { join, everyPage }

/** One thing at a time: a second tap is no second wish. */

/** @type {WeakSet<object>} */
const busy = new WeakSet()

/**
 * Does something for a page, unless that page is doing something already: then nothing.
 *
 * @param {object} page
 * @param {() => unknown} act
 * @returns {Promise<void>} Rejects with what `act` throws.
 */
const alone = async (page, act) => {
  if (busy.has(page)) return
  busy.add(page)
  try {
    await act()
  } finally {
    busy.delete(page)
  }
}

module.exports = { alone }

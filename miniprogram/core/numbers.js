/** Live numbers out of what a stream says of them. Pure. */

/**
 * The numbers after a `stats` event: a partial one brings only those minutes that changed, and 0 for those that are gone.
 *
 * @param {Stats | null} known
 * @param {Stats} news
 * @returns {Stats}
 */
const follow = (known, news) => {
  const { is_partial, ...numbers } = news
  if (!is_partial) return numbers
  const minutes = new Map([...(known ? known.by_minute : []), ...news.by_minute].map((one) => [`${one.minute} ${one.span_s}`, one]))
  return { ...numbers, by_minute: [...minutes.values()].filter((one) => one.count) }
}

module.exports = { follow }

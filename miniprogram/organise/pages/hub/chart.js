/** Bars of a small chart: people per minute. Pure. */

const MINUTE_S = 60
const MINUTE_MS = 60000
const BARS = 30

const { parseTime } = require('../../../core/time')

/**
 * The last half hour, a bar per minute, minutes without anybody included.
 *
 * @param {Stats['by_minute']} by_minute
 * @returns {{ minute: number, count: number, percent: number }[]} Oldest first; empty when nobody came.
 */
const barsOf = (by_minute) => {
  // The last two hours come by the minute.
  const minutely = by_minute.filter(({ span_s }) => span_s === MINUTE_S)
  const counts = new Map(minutely.map(({ minute, count }) => [Math.floor(parseTime(minute) / MINUTE_MS), count]))
  if (!counts.size) return []
  const last = Math.max(...counts.keys())
  const minutes = Array.from({ length: BARS }, (_, index) => last - BARS + 1 + index)
  const highest = Math.max(...minutes.map((minute) => counts.get(minute) || 0))
  return minutes.map((minute) => {
    const count = counts.get(minute) || 0
    return { minute, count, percent: Math.round((100 * count) / highest) }
  })
}

module.exports = { barsOf }

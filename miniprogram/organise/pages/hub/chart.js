/** Bars of a small chart: people per minute. Pure. */

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
  const counts = new Map(by_minute.map(({ minute, count }) => [Math.floor(parseTime(minute) / MINUTE_MS), count]))
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

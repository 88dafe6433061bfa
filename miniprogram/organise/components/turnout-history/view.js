/** How many came before: last week's rate of an organisation, and when people came to an activity. Pure. */

const { dateOf } = require('../../../core/format')
const { parseTime } = require('../../../core/time')
const texts = require('../../../texts/index')

const t = texts.exports.history
const LONGEST_DAYS = 365
/** More bars than these are not told apart on a phone. */
const BARS = 60

const dayIn = (/** @type {Date} */ at, /** @type {number} */ days) => dateOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() + days))

/** The last whole week from Monday on, beside the one before it. */
const lastWeek = (/** @type {number} */ now) => {
  const today = new Date(now)
  const monday = -((today.getDay() + 6) % 7)
  return {
    by: 'week',
    from: dayIn(today, monday - 7), to: dayIn(today, monday - 1),
    compare_from: dayIn(today, monday - 14), compare_to: dayIn(today, monday - 8),
  }
}

/** All days of an activity, and one more on either side, for its time zone may be another one. */
const daysOf = (/** @type {Activity} */ { id, starts_at, ends_at }) => {
  const [first, last] = [new Date(parseTime(starts_at)), new Date(parseTime(ends_at))]
  const from = dayIn(first, -1)
  const to = [dayIn(last, 1), dayIn(first, LONGEST_DAYS - 2)].sort()[0]
  return { by: 'day', activity_id: id, from, to }
}

const movedOf = (/** @type {number} */ points) => {
  if (!points) return t.same
  return points > 0 ? t.more(points) : t.less(-points)
}

/** What is told of last week; null where nobody was expected, or nothing was held. */
const weekOf = (/** @type {Trends} */ { period: { whole }, compared, counting }) => {
  if (counting) return { rate: '–', about: t.counting, moved: '' }
  if (whole.rate === null) return null
  const before = compared ? compared.whole.rate : null
  return {
    rate: `${Math.round(100 * whole.rate)}%`,
    about: t.weekAbout(whole.counted, whole.came || 0, (whole.expected || 0) - (whole.leave || 0)),
    moved: before === null ? '' : movedOf(Math.round(100 * whole.rate) - Math.round(100 * before)),
  }
}

/** The bars of the latest occurrence to which anybody came, and what they say; null where nobody did. */
const curveOf = (/** @type {Trends} */ { period: { curves } }) => {
  const curve = curves[curves.length - 1]
  if (!curve || !curve.steps.length) return null
  const offsets = curve.steps.map(({ offset_min }) => offset_min)
  const first = offsets[0]
  const span_min = offsets[offsets.length - 1] - first
  const step_min = curve.step_min * Math.ceil((span_min / curve.step_min + 1) / BARS)
  const counts = new Array(Math.floor(span_min / step_min) + 1).fill(0)
  for (const { offset_min, count } of curve.steps) counts[Math.floor((offset_min - first) / step_min)] += count
  const highest = Math.max(...counts)
  const at = (/** @type {number} */ index) => t.at(first + index * step_min)
  const parts = [t.span(at(0), t.at(first + counts.length * step_min)), t.peak(at(counts.indexOf(highest)), highest), t.step(step_min)]
  return {
    name: curves.length > 1 ? t.curveOf(dateOf(new Date(parseTime(curve.starts_at)))) : t.curve,
    bars: counts.map((count, index) => ({ index, percent: Math.round((100 * count) / highest), is_late: first + index * step_min >= 0 })),
    about: parts.join(' · '),
    spoken: t.spoken(parts),
  }
}

module.exports = { curveOf, daysOf, lastWeek, weekOf }

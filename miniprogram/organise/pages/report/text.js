/**
 * What an organiser sends to a group afterwards: numbers in a line, and who was missing where that is wanted. Pure.
 *
 * The console says the same: `tests/vectors/reports.json` holds both to it.
 */

const texts = require('../../../texts/index')

const t = texts.report
const LISTS = /** @type {const} */ (['absent', 'late', 'leave'])

/** @typedef {keyof typeof t.figures} FigureName */
/** @typedef {{ absent: string[], late: string[], leave: string[] }} Named */

const isSaid = (/** @type {number | null | undefined} */ figure) => typeof figure === 'number'

/**
 * The numbers of a report; where nobody is expected nobody can be missing.
 *
 * @param {Stats} stats
 * @returns {{ name: string, count: number }[]}
 */
const figuresOf = (stats) => {
  const { expected, came, checked_in, late, leave, absent, not_yet, pending_review, provisional, by_reason } = stats
  const found = /** @type {[FigureName, number | null | undefined][]} */ ([
    ['expected', expected],
    ['came', isSaid(came) ? came : checked_in],
    ['late', late],
    ['leave', leave],
    ['absent', isSaid(absent) ? absent : not_yet],
    ['waiting', pending_review + provisional || null],
    ['undecided', by_reason.UNDECIDED || null],
  ])
  return found.flatMap(([name, count]) => (isSaid(count) ? [{ name: t.figures[name], count: Number(count) }] : []))
}

/** The rate, such as 94.2%; of an activity that expects nobody there is none. */
const rateOf = (/** @type {Pick<Stats, 'rate'>} */ { rate }) =>
  (isSaid(rate) ? `${(100 * Number(rate)).toFixed(1).replace(/\.0$/, '')}%` : '')

/** Names, a line for each kind of them. */
const listsOf = (/** @type {Named | null} */ named) =>
  (named ? LISTS.filter((name) => named[name].length).map((name) => t.list(t.figures[name], named[name])) : [])

/**
 * The report as text.
 *
 * @param {string} title
 * @param {string} when
 * @param {Stats} stats
 * @param {Named | null} named
 */
const reportOf = (title, when, stats, named) => {
  const figures = figuresOf(stats).map(({ name, count }) => t.figure(name, count)).join(' ')
  const rate = rateOf(stats)
  return [t.head(title, when), t.numbers(figures, rate && `${t.rate}${rate}`), ...listsOf(named)].join('\n')
}

module.exports = { figuresOf, listsOf, rateOf, reportOf }

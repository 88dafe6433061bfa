/** What is said of people at once, what came of it, and how it is taken back. Pure. */

const texts = require('../../../texts/index')
const { isSet, markedOf } = require('./people')

const t = texts.rollcall

const sayingOf = (/** @type {Mark | 'none'} */ mark, /** @type {string} */ reason, /** @type {boolean} */ only_unset, /** @type {Called[]} */ people) =>
  ({ mark, reason, only_unset, people: people.map(markedOf) })

/**
 * A mark on several people. Who had not come when they were chosen, and has come since, is left alone; who was set already was
 * chosen all the same.
 *
 * @param {Mark} mark
 * @param {string} reason
 * @param {Called[]} people
 * @returns {Saying[]}
 */
const sayingsOf = (mark, reason, people) => [
  sayingOf(mark, reason, true, people.filter((one) => !isSet(one))),
  sayingOf(mark, reason, false, people.filter(isSet)),
].filter(({ people: some }) => some.length)

/** Takes marks back. */
const unmarkingOf = (/** @type {string} */ reason, /** @type {Called[]} */ people) =>
  [sayingOf('none', reason, false, people.filter(({ mark }) => mark))].filter(({ people: some }) => some.length)

/**
 * What undoes a change: each gets the mark back that they had.
 *
 * @param {{ one: Called, before: Mark | null }[]} changes
 * @returns {Saying[]}
 */
const undoingOf = (changes) => [...new Set(changes.map(({ before }) => before))].map((mark) =>
  sayingOf(mark || 'none', t.undoReason, false, changes.filter(({ before }) => before === mark).map(({ one }) => one)))

const keyOf = (/** @type {Marked} */ { user_id, roster_entry_id, guest_id }) => roster_entry_id || guest_id || user_id || ''

const whyNot = (/** @type {Told['results'][0]} */ { problem }) =>
  (problem ? texts.advise({ kind: 'problem', message: '', status: problem.status, reason: problem.reason }) : '')

/** What somebody counts as after a page: also while that is on its way. */
const markAfter = (/** @type {Told['mark']} */ asked, /** @type {MarkResult} */ { mark, revision, is_skipped }) => {
  if (is_skipped || revision !== null) return mark
  return asked === 'none' ? null : asked
}

/** They came if it says how; by staff is also who is marked. */
const cameBy = (/** @type {string | null} */ method) => (method && method !== 'staff' ? /** @type {const} */ ('checked_in') : null)

/** What is known of somebody without a mark, which their row followed, until it is read again. */
const unmarked = (/** @type {ActivityPerson | null} */ row) =>
  row && row.mark && { ...row, mark: null, answer: null, punctuality: null, status: cameBy(row.method) }

const after = (/** @type {Called} */ one, /** @type {Mark | null} */ mark) =>
  ({ ...one, mark, row: mark ? one.row : unmarked(one.row) || one.row, problem: '' })

/**
 * People after a page of results; `changes` are those whose mark is another than before.
 *
 * @param {Called[]} people
 * @param {Pick<Told, 'mark' | 'people' | 'results'>} page
 */
const told = (people, page) => {
  const results = new Map(page.people.map((marked, index) => [keyOf(marked), page.results[index]]))
  /** @type {{ one: Called, before: Mark | null }[]} */
  const changes = []
  const now = people.map((one) => {
    const result = results.get(one.id)
    if (!result) return one
    if (result.problem) return { ...one, problem: whyNot(result) }
    if (result.is_skipped) return { ...one, mark: result.mark, problem: '' }
    changes.push({ one, before: one.mark })
    return after(one, markAfter(page.mark, result))
  })
  const all = [...results.values()]
  return {
    people: now, changes,
    skipped: all.filter(({ is_skipped }) => is_skipped).length,
    failed: all.filter(({ problem }) => problem).length,
  }
}

/** @type {{ changes: { one: Called, before: Mark | null }[], skipped: number, failed: number }} */
const NOTHING = { changes: [], skipped: 0, failed: 0 }

/** What is read when everything is said. */
const summaryOf = (/** @type {Doing} */ does, /** @type {typeof NOTHING} */ { changes, skipped, failed }) => [
  t.done[does](changes.length),
  skipped ? t.skipped(skipped) : '',
  failed ? t.failed(failed) : '',
].filter(Boolean)

module.exports = { keyOf, NOTHING, sayingsOf, summaryOf, told, undoingOf, unmarkingOf }

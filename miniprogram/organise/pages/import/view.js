/** What an import says before, while and after it is taken over. Pure. */

const { moment } = require('../../../core/format')
const { parseTime } = require('../../../core/time')
const texts = require('../../../texts/index')
const { aboutOf } = require('../roster/line')

const t = texts.rosters.import
const TONES = /** @type {Record<string, string>} */ ({ added: 'good', missing: 'wait', bad: 'bad' })
/** What is under way, and what it is called. */
const RUNNING = /** @type {Record<string, string>} */ ({ reading: t.reading, applying: t.applying, undoing: t.undoing })

const countsOf = (/** @type {RosterImport} */ job) =>
  /** @type {(keyof typeof t.counts)[]} */ (Object.keys(t.counts))
    .map((name) => ({ name: t.counts[name], count: job[name], tone: job[name] ? TONES[name] || '' : '' }))

const columnsOf = (/** @type {RosterImport} */ { columns }) => columns
  .map(({ heading, field }) => t.column(heading, field ? texts.rosters.fields[field] || field : t.ignored))
  .filter(Boolean)

/** How many people come in or change. */
const takenOf = (/** @type {RosterImport} */ { added, changed, missing }, /** @type {boolean} */ removes) => added + changed + (removes ? missing : 0)

/**
 * @param {RosterImport} job
 * @param {boolean} removes Whoever the file does not name is taken off.
 * @param {number} now The server's time.
 */
const viewOf = (job, removes, now) => {
  const taken = takenOf(job, removes)
  const can_undo = job.state === 'applied' && parseTime(job.undo_until) > now
  return {
    state: job.state,
    is_running: (job.state || '') in RUNNING,
    title: RUNNING[job.state || ''] || '',
    progress: t.progress(job.done, job.total),
    note: job.state === 'applying' ? t.keepOpen : '',
    percent: job.total ? Math.round((100 * job.done) / job.total) : 0,
    counts: countsOf(job),
    columns: columnsOf(job),
    sample: job.sample.map((one, index) => ({ id: index, name: one.name, about: aboutOf(one) })),
    sample_title: t.sample(job.sample.length),
    bad: job.bad ? t.badRows(job.bad) : '',
    remove: job.missing ? t.removeMissing(job.missing) : '',
    apply: taken ? t.apply(taken) : t.none,
    can_apply: job.state === 'ready' && taken > 0,
    can_undo,
    undo: can_undo ? t.undoUntil(moment(job.undo_until, now, texts.common)) : '',
    notes: job.state === 'applied' ? [job.kept ? t.kept(job.kept) : '', job.skipped ? t.skipped(job.skipped) : ''].filter(Boolean) : [],
    cause: job.error ? job.error.cause : '',
    cure: job.error ? job.error.cure : '',
  }
}

/** Whether somebody who comes back has something to do with it. */
const isToBeSeen = (/** @type {RosterImport} */ job, /** @type {number} */ now) => {
  const { can_undo, is_running } = viewOf(job, false, now)
  return is_running || can_undo || job.state === 'ready'
}

const badLineOf = (/** @type {BadRow} */ { line, column, cause, cure }) => ({ id: `${line} ${column}`, at: t.badAt(line, column), cause, cure })

/** All bad rows as a file. */
const badFileOf = (/** @type {RosterImport} */ { roster_id, id }) => `/v1/rosters/${roster_id}/imports/${id}/bad-rows.csv`

module.exports = { badFileOf, viewOf, isToBeSeen, badLineOf }

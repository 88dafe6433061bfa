/** How far a file is, and what to do where it does not come. Pure. */

const texts = require('../../texts/index')

const t = texts.rollcall.files
const own = texts.record.proof

const progressOf = (/** @type {{ percent: number | null, bytes: number }} */ { percent, bytes }) =>
  ({ progress: percent === null ? t.size(bytes) : t.percent(percent), percent: percent || 0 })

/** Of one that is made before it is fetched. */
const stepOf = (/** @type {Job} */ { state, progress }) => ({ progress: state === 'queued' ? own.queued : own.making(progress), percent: progress })

const BY_REASON = /** @type {Record<string, string>} */ (own.failed)
const BY_STATUS = /** @type {Record<number, string>} */ ({ 404: t.failed.missing, 429: t.failed.busy, 502: t.failed.down, 503: t.failed.down, 504: t.failed.timeout })
/** What of the question is wrong. */
const BY_FIELD = /** @type {Record<string, string>} */ ({ group: t.failed.large, roster_id: t.failed.empty })
const BY_KIND = /** @type {Record<string, string>} */ ({ offline: t.failed.offline, interrupted: t.failed.offline, timeout: t.failed.timeout, cancelled: '' })

/**
 * A sentence that says what to do.
 *
 * @param {Failure} failure
 * @param {boolean} is_here The file has come, and could not be shown or sent.
 */
const adviceOf = (failure, is_here) => {
  if (failure.kind in BY_KIND) return BY_KIND[failure.kind]
  if (is_here) return t.failed.unable
  if (failure.reason && BY_REASON[failure.reason]) return BY_REASON[failure.reason]
  const [{ field = '' } = {}] = /** @type {{ field?: string }[]} */ (failure.errors || [])
  return BY_FIELD[field] || BY_STATUS[failure.status || 0] || texts.advise(failure)
}

module.exports = { adviceOf, progressOf, stepOf }

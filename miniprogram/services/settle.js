/** What attempts become once the server has spoken, or could not. One place for one check-in and for a whole sync. */

const { backoffMs } = require('../core/backoff')
const texts = require('../texts/services')

/**
 * What was said of an attempt: `checkin` when the server has it; else `failure`, and `is_final` when it never will.
 *
 * @typedef {{ queued: Queued, checkin: Checkin | null, message: string, request_id: string, failure: Failure | null, is_final: boolean }} Verdict
 */

/** Coming or going once more is no surprise at a door. */
const AGAIN = ['ENTERED_AGAIN', 'LEFT_AGAIN']

/** Whether the staff who did it want to see what became of it: not let in after all, or let in though somebody had been. */
const isTold = (/** @type {Queued} */ { attempt, is_door }, /** @type {Checkin} */ { outcome, reasons }) => {
  if (outcome === 'duplicate') return Boolean(is_door) && !reasons.some(({ reason }) => AGAIN.includes(reason))
  return attempt.method === 'staff' && outcome === 'refused'
}

/**
 * @param {Platform} platform
 * @param {import('./outbox').Outbox} outbox
 * @param {import('./answers').Answers} answers
 * @param {import('./records').Records} records
 */
const createSettle = (platform, outbox, answers, records) => {
  /** The server has it; but nobody would see that somebody whom staff let in was refused, unless it stays here. */
  const isOver = (/** @type {Verdict} */ { checkin, queued }) => Boolean(checkin) && !isTold(queued, /** @type {Checkin} */ (checkin))

  const postponed = (/** @type {Verdict} */ { queued, message, failure }) => {
    const tries = queued.tries + 1
    const next_at = platform.now() + backoffMs(tries, Math.random(), failure ? failure.retry_after_s : 0)
    const receipt = failure && failure.receipt
    const attempt = receipt ? { ...queued.attempt, receipt } : queued.attempt
    return { tries, next_at, message: message || texts.saved, attempt }
  }

  const nextOf = (/** @type {Verdict} */ verdict) =>
    (verdict.checkin || verdict.is_final
      ? { state: /** @type {const} */ ('refused'), message: verdict.message, held: verdict.checkin ? verdict.checkin.duplicate_of : undefined }
      : postponed(verdict))

  const answerOf = (/** @type {Verdict} */ { checkin, is_final, message, request_id }, /** @type {Partial<Queued>} */ next) =>
    (checkin || is_final
      ? { state: /** @type {const} */ ('answered'), checkin, message, request_id, next_at: null }
      : { state: /** @type {const} */ ('saved'), checkin: null, message: next.message || '', request_id, next_at: next.next_at || null })

  /**
   * Settles verdicts: records are saved first, then answers, and only then what is over leaves the queue.
   *
   * @param {Verdict[]} verdicts
   * @returns {CheckinAnswer[]} In the same order.
   */
  return (verdicts) => {
    const nexts = verdicts.map(nextOf)
    records.take(verdicts.flatMap((verdict) => verdict.checkin || []))
    const said = answers.put(verdicts.map((verdict, index) => ({ queued: verdict.queued, answer: answerOf(verdict, nexts[index]) })))
    outbox.change(verdicts
      .map((verdict, index) => ({ attempt_id: verdict.queued.attempt.attempt_id, next: nexts[index], stays: !isOver(verdict) }))
      .filter((one) => one.stays))
    outbox.remove(verdicts.filter(isOver).map((verdict) => verdict.queued.attempt.attempt_id))
    return said
  }
}

/** @typedef {ReturnType<typeof createSettle>} Settle */

module.exports = { createSettle }

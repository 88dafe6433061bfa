/** The last answers, by attempt, with the attempt itself: pages read them, and a precise try repeats the credential. */

const { asFailure } = require('../core/failure')

const KEY = 'answers'
const KEPT = 30

/** @typedef {{ owner_id: string, attempt: Attempt, title: string, answer: CheckinAnswer }} Remembered */

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 */
const createAnswers = (platform, session) => {
  /** @type {Remembered[]} */
  let kept = platform.read(KEY) || []

  const save = () => {
    try {
      platform.write(KEY, kept)
    } catch (thrown) {
      // They serve the page that is open; the records are the server's.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
  }

  const find = (/** @type {string} */ attempt_id) => {
    // Without a session there is one person only: the one who was here last.
    const owner_id = session.ownerId()
    const found = kept.find((one) => one.attempt.attempt_id === attempt_id)
    return found && (!owner_id || !found.owner_id || found.owner_id === owner_id) ? found : null
  }

  return {
    find,
    /**
     * Remembers the newest answers.
     *
     * @param {{ queued: Queued, answer: Omit<CheckinAnswer, 'attempt_id'> }[]} news
     * @returns {CheckinAnswer[]} In the same order.
     */
    put(news) {
      const fresh = news.map(({ queued: { attempt, title, owner_id }, answer }) =>
        ({ owner_id, attempt, title, answer: { attempt_id: attempt.attempt_id, ...answer } }))
      const replaced = new Set(fresh.map((one) => one.attempt.attempt_id))
      kept = [...fresh, ...kept.filter((one) => !replaced.has(one.attempt.attempt_id))].slice(0, KEPT)
      save()
      return fresh.map((one) => one.answer)
    },
  }
}

/** @typedef {ReturnType<typeof createAnswers>} Answers */

module.exports = { createAnswers }

/** One link onto one tag: written at a touch, and read back at the next one. */

const { asFailure, failure } = require('../../../core/failure')

/** @typedef {{ at: 'touch' | 'writing' | 'again' | 'done', failure?: Failure, differs?: boolean }} Stage */

/**
 * Begins to write.
 *
 * @param {Platform} platform Of a phone with NFC.
 * @param {string} url
 * @param {(stage: Stage) => void} told What the person is to do next, and what went wrong with what they did.
 * @returns {() => void} Ends it.
 */
const writeTag = (platform, url, told) => {
  let is_busy = false
  let is_written = false

  const write = async (/** @type {Touched} */ tag) => {
    told({ at: 'writing' })
    try {
      if (!tag.can_write) throw failure('failed', 'no tag for links', { reason: 'NFC_TAG_UNSUITED' })
      await tag.write(url)
      is_written = true
      told({ at: 'again' })
    } catch (thrown) {
      told({ at: 'touch', failure: asFailure(thrown) })
    }
  }

  const take = async (/** @type {Touched} */ tag) => {
    if (is_busy) return
    is_busy = true
    if (tag.url === url) {
      stop()
      told({ at: 'done' })
    } else if (is_written) {
      is_written = false
      told({ at: 'touch', differs: true })
    } else await write(tag)
    is_busy = false
  }

  const stop = platform.watchTags({
    onReady: () => told({ at: 'touch' }),
    onTag: take,
    onFailure: (found) => told({ at: 'touch', failure: found }),
  })
  return stop
}

module.exports = { writeTag }

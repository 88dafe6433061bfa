/** The person's records as far as this phone knows them, and the cursor up to which it has them all. */

const { asFailure } = require('../core/failure')
const { listeners } = require('../core/listeners')
const { merge, overlay } = require('../core/merge')

// Of about 800 bytes each: far below the 1 MB of a key. Older ones are the server's to keep.
const KEPT = 300
const KEPT_WHEN_FULL = 50
const PAGE_SIZE = 30

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {import('./outbox').Outbox} outbox
 */
const createRecords = (platform, session, api, outbox) => {
  let owner_id = session.ownerId()
  /** @type {Checkin[]} */
  let checkins = []
  let cursor = ''
  /** Where the next older page begins; null before the first page was asked for. */
  let older = /** @type {string | null} */ (null)
  const changed = listeners()

  const load = () => {
    owner_id = session.ownerId()
    checkins = (owner_id && platform.read(`records:${owner_id}`)) || []
    // A cursor without its records would hide them for ever.
    cursor = (checkins.length && platform.read(`cursor:${owner_id}`)) || ''
    older = null
    changed.tell(undefined)
  }

  const write = (/** @type {number} */ count) => platform.write(`records:${owner_id}`, checkins.slice(0, count))

  /** Whether the records are on the storage, perhaps the newest of them only. */
  const save = () => {
    for (const count of [KEPT, KEPT_WHEN_FULL]) {
      try {
        write(count)
        return true
      } catch (thrown) {
        if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
      }
    }
    return false
  }

  /**
   * Lays what the server said into the records.
   *
   * @param {Checkin[]} news
   * @returns {boolean} Whether they are saved.
   */
  const take = (news) => {
    if (!news.length) return true
    checkins = merge(checkins, news, owner_id)
    const is_saved = save()
    changed.tell(undefined)
    return is_saved
  }

  /**
   * Takes a page of a sync; its cursor is kept only once the records are.
   *
   * @param {Checkin[]} news
   * @param {string} next
   */
  const advance = (news, next) => {
    if (!take(news)) return
    cursor = next
    try {
      platform.write(`cursor:${owner_id}`, cursor)
    } catch (thrown) {
      // The same changes come once more after the next start, which harms nobody.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
  }

  const page = async (/** @type {string} */ page_token) => {
    const asked_by = owner_id
    const body = await api.get('/v1/me/checkins', { page_size: PAGE_SIZE, page_token })
    if (asked_by !== owner_id && asked_by) return
    older = body.next_page_token
    take(body.checkins)
  }

  const more = async () => {
    if (older === null) await page('')
    if (older) await page(older)
    return Boolean(older)
  }

  /** @type {RecordsService['get']} */
  const get = async (checkin_id) => {
    const record = await api.get(`/v1/checkins/${checkin_id}`)
    take([record.checkin])
    return record
  }

  /** @type {RecordsService['appeal']} */
  const appeal = async (checkin_id, reason) => {
    const record = await api.once(`/v1/checkins/${checkin_id}/appeal`, { reason })
    take([record.checkin])
    return record
  }

  load()
  session.onChange(() => { if (session.ownerId() !== owner_id) load() })

  return {
    cached: () => ({ checkins, queued: overlay(checkins, outbox.all()) }),
    refresh: () => page(''),
    more,
    get,
    appeal,
    take,
    advance,
    cursor: () => cursor,
    onChange: changed.add,
  }
}

/** @typedef {ReturnType<typeof createRecords>} Records */

module.exports = { createRecords }

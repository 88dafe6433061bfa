/**
 * Attempts that the server has not settled yet. Each is on the phone's storage before it is sent, in chunks far below
 * the 1 MB that one key may hold, per person: a change of account keeps the other's queue and never sends it.
 *
 * The keys themselves are the index (`outbox:<person>:<number>`): a list of its own could disagree with them after a
 * crash between two writes.
 */

const { asFailure } = require('../core/failure')
const { listeners } = require('../core/listeners')
const { byteLength } = require('../core/utf8')

const CHUNK_RECORDS = 100
const CHUNK_BYTES = 200000
const NOBODY = ''

/** `kept`: the ids of what the storage holds of it. @typedef {{ key: string, items: Queued[], kept: Set<string>, is_dirty: boolean }} Chunk */

const sizeOf = (/** @type {unknown} */ value) => byteLength(JSON.stringify(value))

const idsOf = (/** @type {Queued[]} */ items) => new Set(items.map((item) => item.attempt.attempt_id))

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 */
const createOutbox = (platform, session) => {
  let owner_id = session.ownerId()
  /** @type {Chunk[]} */
  let chunks = []
  // Being sent right now. In memory only: after a cold start whatever was being sent waits again.
  const flying = new Set()
  const changed = listeners()

  const prefixOf = (/** @type {string} */ owner) => `outbox:${owner}:`

  const load = (/** @type {string} */ owner) => platform.keys()
    .filter((key) => key.startsWith(prefixOf(owner)))
    .sort()
    .map((key) => {
      const items = platform.read(key) || []
      return { key, items, kept: idsOf(items), is_dirty: false }
    })

  /** Writes a chunk; what does not fit now is written with the next change, and until then lives in memory. */
  const save = (/** @type {Chunk} */ chunk) => {
    try {
      if (chunk.items.length) platform.write(chunk.key, chunk.items)
      else platform.remove(chunk.key)
      chunk.kept = idsOf(chunk.items)
      chunk.is_dirty = false
    } catch (thrown) {
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
      chunk.is_dirty = true
    }
    return !chunk.is_dirty
  }

  const tidy = () => {
    chunks.filter((chunk) => chunk.is_dirty).forEach(save)
    chunks = chunks.filter((chunk) => chunk.items.length)
    changed.tell(undefined)
  }

  const nextKey = () => {
    const last = chunks.length ? Number(chunks[chunks.length - 1].key.split(':').pop()) : 0
    return prefixOf(owner_id) + String(last + 1).padStart(6, '0')
  }

  const roomFor = (/** @type {Queued} */ item) => {
    const last = chunks[chunks.length - 1]
    const fits = last && last.items.length < CHUNK_RECORDS && sizeOf(last.items) + sizeOf(item) < CHUNK_BYTES
    if (fits) return last
    /** @type {Chunk} */
    const fresh = { key: nextKey(), items: [], kept: new Set(), is_dirty: false }
    chunks.push(fresh)
    return fresh
  }

  /**
   * Adds attempts behind those that wait.
   *
   * @param {Queued[]} items
   * @returns {boolean} Whether all of them are on the storage; if not they wait in memory until there is room.
   */
  const add = (items) => {
    const touched = new Set(items.map((item) => {
      const chunk = roomFor(item)
      chunk.items.push(item)
      return chunk
    }))
    const is_saved = [...touched].map(save).every(Boolean)
    tidy()
    return is_saved
  }

  const edit = (/** @type {(items: Queued[]) => Queued[]} */ change) => {
    for (const chunk of chunks) {
      const items = change(chunk.items)
      const is_same = items.length === chunk.items.length && items.every((item, index) => item === chunk.items[index])
      chunk.items = items
      if (!is_same) save(chunk)
    }
    tidy()
  }

  /**
   * Notes what became of those that stay.
   *
   * @param {{ attempt_id: string, next: Partial<Queued> }[]} changes
   */
  const change = (changes) => {
    const by_id = new Map(changes.map((one) => [one.attempt_id, one.next]))
    edit((items) => items.map((item) => {
      const next = by_id.get(item.attempt.attempt_id)
      return next ? { ...item, ...next } : item
    }))
  }

  const remove = (/** @type {string[]} */ attempt_ids) =>
    edit((items) => items.filter((item) => !attempt_ids.includes(item.attempt.attempt_id)))

  /** Writes again what somebody cleared from the storage while this program runs. */
  const restore = () => chunks.filter((chunk) => !platform.read(chunk.key)).forEach((chunk) => {
    chunk.kept = new Set()
    save(chunk)
  })

  /** Whether an attempt outlives this program: it is on the storage, and not only in memory. */
  const isKept = (/** @type {string} */ attempt_id) => chunks.some((chunk) => chunk.kept.has(attempt_id))

  const all = () => chunks.flatMap((chunk) => chunk.items)

  /**
   * What was queued before anybody could sign in belongs to the person who then did: WeChat keeps storage per person.
   *
   * @param {Queued[]} unsaved What found no room on the storage.
   */
  const adopt = (unsaved) => {
    const found = load(NOBODY)
    const known = idsOf(all())
    const items = [...found.flatMap((chunk) => chunk.items), ...unsaved].filter((item) => {
      const is_new = !known.has(item.attempt.attempt_id)
      known.add(item.attempt.attempt_id)
      return is_new
    })
    if (add(items.map((item) => ({ ...item, owner_id })))) found.forEach((chunk) => platform.remove(chunk.key))
  }

  const switchTo = (/** @type {string} */ next) => {
    if (next === owner_id) return
    const unowned = owner_id === NOBODY ? all() : []
    chunks.filter((chunk) => chunk.is_dirty).forEach(save)
    owner_id = next
    chunks = load(owner_id)
    if (owner_id !== NOBODY) adopt(unowned)
    changed.tell(undefined)
  }

  /**
   * Does something with attempts while nobody else sends them.
   *
   * @template T
   * @param {string[]} attempt_ids
   * @param {() => Promise<T>} work
   */
  const whileFlying = async (attempt_ids, work) => {
    attempt_ids.forEach((id) => flying.add(id))
    try {
      return await work()
    } finally {
      attempt_ids.forEach((id) => flying.delete(id))
      changed.tell(undefined)
    }
  }

  chunks = load(owner_id)
  if (owner_id !== NOBODY) adopt([])
  session.onChange(() => switchTo(session.ownerId()))

  return {
    add,
    change,
    remove,
    restore,
    isKept,
    all,
    whileFlying,
    get: (/** @type {string} */ attempt_id) => all().find((item) => item.attempt.attempt_id === attempt_id) || null,
    waiting: () => all().filter((item) => item.state === 'waiting' && !flying.has(item.attempt.attempt_id)),
    ownerId: () => owner_id,
    onChange: changed.add,
  }
}

/** @typedef {ReturnType<typeof createOutbox>} Outbox */

module.exports = { createOutbox }

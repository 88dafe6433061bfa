/** Asks for a record until it is decided, while somebody looks at it. */

const OPEN = ['provisional', 'pending_review']
const FIRST_MS = 2000
const OFTEN = 8
const LONGEST_MS = 15000

/**
 * @param {RecordsService['get']} get
 * @returns {CheckinsService['follow']}
 */
const createFollow = (get) => (checkin_id, told) => {
  let is_over = false
  let known = ''
  let timer = 0

  const ask = async (/** @type {number} */ asked) => {
    /** @type {CheckinRecord | null} */
    const record = await get(checkin_id).catch(() => null)
    if (is_over) return
    const now = record ? `${record.checkin.outcome} ${record.checkin.revision}` : known
    if (record && now !== known) told(record)
    known = now
    if (record && !OPEN.includes(record.checkin.outcome)) return
    // Every 2 s at first, for a judgement takes seconds; then slower, for a human takes minutes.
    const wait_ms = asked < OFTEN ? FIRST_MS : Math.min(LONGEST_MS, FIRST_MS * 1.5 ** (asked - OFTEN + 1))
    timer = setTimeout(ask, wait_ms, asked + 1)
  }

  timer = setTimeout(ask, FIRST_MS, 1)
  return () => {
    is_over = true
    clearTimeout(timer)
  }
}

module.exports = { createFollow }

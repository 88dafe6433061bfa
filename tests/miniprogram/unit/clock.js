/** Time that passes only when a test lets it. */

const STEP_MS = 20

/**
 * What a promise gives, letting as much time pass as it needs.
 *
 * @param {Promise<any>} promise
 * @param {number} limit_ms
 */
const soon = async (promise, limit_ms = 60000) => {
  let is_over = false
  const end = () => { is_over = true }
  promise.then(end, end)
  for (let passed = 0; !is_over && passed < limit_ms; passed += STEP_MS) await jest.advanceTimersByTimeAsync(STEP_MS)
  if (!is_over) throw new Error(`nothing came within ${limit_ms} ms`)
  return promise
}

/**
 * Lets time pass until something holds.
 *
 * @param {() => boolean} holds
 * @param {number} limit_ms
 */
const until = async (holds, limit_ms = 60000) => {
  for (let passed = 0; passed < limit_ms; passed += STEP_MS) {
    if (holds()) return
    await jest.advanceTimersByTimeAsync(STEP_MS)
  }
  throw new Error(`it did not come true within ${limit_ms} ms`)
}

/** Lets time pass. */
const pass = (ms) => jest.advanceTimersByTimeAsync(ms)

module.exports = { soon, until, pass }

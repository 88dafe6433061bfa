/** Who wants to be told. */

/**
 * A list of listeners.
 *
 * @template T
 * @returns {{ add(told: (value: T) => void): () => void, tell(value: T): void }}
 */
const listeners = () => {
  /** @type {Set<(value: T) => void>} */
  const all = new Set()
  return {
    add(told) {
      all.add(told)
      return () => { all.delete(told) }
    },
    tell(value) { [...all].forEach((told) => told(value)) },
  }
}

module.exports = { listeners }

/**
 * One activity out of one draft, however often it takes and whatever is changed in between: it is made, and published.
 *
 * When only the publication failed, or its answer was lost, the same draft goes on with what was made. A changed one
 * makes another activity, and calls off those it replaces once it is published; what cannot be called off stays in the
 * list as a draft.
 *
 * @param {(draft: Record<string, unknown>) => Promise<Activity>} create
 * @param {(activity_id: string, verb: 'publish' | 'cancel') => Promise<Activity>} move
 * @returns {(draft: Record<string, unknown>) => Promise<Activity>}
 */
const createOpening = (create, move) => {
  /** @type {{ said: string, id: string }[]} */
  let made = []

  const idOf = async (/** @type {Record<string, unknown>} */ draft) => {
    const said = JSON.stringify(draft)
    const known = made.find((one) => one.said === said)
    if (known) return known.id
    const { id } = await create(draft)
    made = [...made, { said, id }]
    return id
  }

  return async (draft) => {
    const id = await idOf(draft)
    const opened = await move(id, 'publish')
    const replaced = made.filter((one) => one.id !== id)
    made = []
    await Promise.all(replaced.map((one) => move(one.id, 'cancel').catch(() => null)))
    return opened
  }
}

module.exports = { createOpening }

/**
 * What a phone at a door has with it, encrypted for this phone and in pieces: whose it is and until when it may be kept are
 * in the names, so that what is over goes without being read.
 *
 * A name: `door:<person>:<activity>:<until, milliseconds>:<piece>`.
 */

const { asFailure } = require('../core/failure')

const PREFIX = 'door:'

const partsOf = (/** @type {string} */ key) => {
  const [, owner_id, activity_id, until, piece] = key.split(':')
  return { key, owner_id, activity_id, until: Number(until), piece }
}

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {() => number} serverNow
 */
const createDoorShelf = (platform, session, serverNow) => {
  const all = () => platform.keys().filter((key) => key.startsWith(PREFIX)).map(partsOf)
  const remove = (/** @type {{ key: string }[]} */ found) => found.forEach(({ key }) => platform.remove(key))
  const own = (/** @type {string} */ activity_id) => all().filter((one) => one.owner_id === session.ownerId() && one.activity_id === activity_id)

  /** Lets go of what is over, and of what is somebody else's. */
  const sweep = () => remove(all().filter((one) => one.owner_id !== session.ownerId() || one.until <= serverNow()))

  return {
    sweep,
    /** The names of an activity's pieces, and until when they may be kept. */
    pieces: (/** @type {string} */ activity_id) => own(activity_id),
    read: (/** @type {{ key: string }} */ { key }) => platform.readSealed(key),
    /** Keeps a piece; false where there is no room. What was erased while it was written stays so: `isWanted` says. */
    async write(/** @type {string} */ activity_id, /** @type {number} */ until, /** @type {string} */ piece, /** @type {unknown} */ value, /** @type {() => boolean} */ isWanted) {
      const owner_id = session.ownerId()
      const key = `${PREFIX}${owner_id}:${activity_id}:${until}:${piece}`
      try {
        await platform.writeSealed(key, value)
      } catch (thrown) {
        if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
        return false
      }
      if (!isWanted() || owner_id !== session.ownerId()) platform.remove(key)
      else remove(own(activity_id).filter((one) => one.piece === piece && one.key !== key))
      return true
    },
    /** Lets go of pieces by name. */
    erase: (/** @type {string} */ activity_id, /** @type {(piece: string) => boolean} */ isMeant = () => true) =>
      remove(own(activity_id).filter((one) => isMeant(one.piece))),
  }
}

/** @typedef {ReturnType<typeof createDoorShelf>} DoorShelf */

module.exports = { createDoorShelf }

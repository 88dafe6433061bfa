/** Ids made on this phone: of attempts, and of the phone itself. */

const { asFailure } = require('../core/failure')
const { uuid7 } = require('../core/uuid7')

const KEY = 'device'

/** @param {Platform} platform */
const createIdentifiers = (platform) => {
  const random = async () => {
    try {
      return await platform.randomBytes(10)
    } catch {
      // An id need not be a secret, only its own: better a weaker one than no check-in.
      return Uint8Array.from({ length: 10 }, () => Math.floor(Math.random() * 256))
    }
  }

  const newId = async () => uuid7(platform.now(), await random())

  /** @type {Promise<string> | null} */
  let device = null

  const findDevice = async () => {
    const known = platform.read(KEY)
    if (known) return known
    const id = await newId()
    try {
      platform.write(KEY, id)
    } catch (thrown) {
      // It holds for this run then.
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
    }
    return id
  }

  const deviceId = () => {
    if (!device) device = findDevice()
    return /** @type {Promise<string>} */ (device)
  }

  return { newId, deviceId }
}

/** @typedef {ReturnType<typeof createIdentifiers>} Identifiers */

module.exports = { createIdentifiers }

/** The doors that this phone is at, each with what it has of its people; nothing of them outlives the sign-out. */

const { createDoor } = require('./door')
const { createDoorMemory } = require('./door_memory')

/**
 * @param {import('./door').Parts} parts
 * @param {import('./door_shelf').DoorShelf} shelf
 * @returns {DoorsService}
 */
const createDoors = (parts, shelf) => {
  /** @type {Map<string, ReturnType<typeof createDoor>>} */
  let doors = new Map()
  const { session } = parts

  shelf.sweep()
  session.onChange(() => {
    shelf.sweep()
    if (session.ownerId()) return
    doors.forEach((door) => door.forget())
    doors = new Map()
  })

  return {
    of(activity_id) {
      const door = doors.get(activity_id) || createDoor(activity_id, parts, createDoorMemory(activity_id, shelf))
      doors.set(activity_id, door)
      return door
    },
  }
}

module.exports = { createDoors }

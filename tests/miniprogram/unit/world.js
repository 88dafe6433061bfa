/** A server, a phone and the services on it. */

const { createServices } = require('../../../miniprogram/services/index')
const { FakePhone } = require('./fake_phone')
const { FakeServer } = require('./fake_server')

/** A new world; `restart` ends the program and starts it again on the same phone. */
const createWorld = (options = {}) => {
  const server = new FakeServer()
  const phone = new FakePhone(server, options)
  const world = { server, phone, services: createServices(phone) }
  return Object.assign(world, {
    restart() {
      world.phone = world.phone.restarted()
      world.services = createServices(world.phone)
      return world
    },
  })
}

const QR = { method: 'qr', token: 'token-of-the-morning', title: '早会' }

module.exports = { createWorld, QR }

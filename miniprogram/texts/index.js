/** Everything a person reads, in one place; another language is another folder like this one. */

const organise = require('./organise')
const participant = require('./participant')
const { say } = require('./failures')
const { duration, explain, metres, reasons } = require('./reasons')
const services = require('./services')

module.exports = { ...participant, services, organise, reasons, explain, duration, metres, say }

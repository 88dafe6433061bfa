/** Everything a person reads, in one place; another language is another folder like this one. */

const consoles = require('./consoles')
const organisation = require('./organisation')
const organise = require('./organise')
const own = require('./own')
const participant = require('./participant')
const door = require('./door')
const exportTexts = require('./exports')
const inbox = require('./inbox')
const { advise, say } = require('./failures')
const { kinds, ofKind } = require('./kinds')
const { duration, explain, metres, reasons } = require('./reasons')
const nfc = require('./nfc')
const report = require('./report')
const rollcall = require('./rollcall')
const rosters = require('./rosters')
const services = require('./services')

module.exports = { ...participant, ...door, consoles, services, organise, organisation, rosters, rollcall, report, exports: exportTexts, inbox, nfc, own, kinds, ofKind, reasons, explain, duration, metres, say, advise }

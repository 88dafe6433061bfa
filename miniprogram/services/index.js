/** Composes the services: what each one needs is named here and nowhere else. */

const { serverOf } = require('../config')
const { createActivities } = require('./activities')
const { createAnswers } = require('./answers')
const { createApi } = require('./api')
const { createAttempts } = require('./attempts')
const { createCheckins } = require('./checkins')
const { createClientConfig } = require('./client_config')
const { createConsoles } = require('./consoles')
const { createDoors } = require('./doors')
const { createDoorShelf } = require('./door_shelf')
const { createEvents } = require('./events')
const { createFiles } = require('./files')
const { createFollow } = require('./follow')
const { createIdentifiers } = require('./identifiers')
const { createOrganisations } = require('./organisations')
const { createOrganise } = require('./organise')
const { createOutbox } = require('./outbox')
const { createOwnCode } = require('./own_code')
const { createParticipants } = require('./participants')
const { createPositions } = require('./positions')
const { createRecords } = require('./records')
const { createInbox } = require('./inbox')
const { createReports } = require('./reports')
const { createRollcall } = require('./rollcall')
const { createRosters } = require('./rosters')
const { createSession } = require('./session')
const { createSettle } = require('./settle')
const { createStaffCheckins } = require('./staff_checkins')
const { createSubscriptions } = require('./subscriptions')
const { createSync } = require('./sync')
const { createTransport } = require('./transport')

/**
 * Everything that pages know.
 *
 * @param {Platform} platform
 * @returns {Services}
 */
const createServices = (platform) => {
  const transport = createTransport(platform, serverOf(platform.info().env_version))
  const identifiers = createIdentifiers(platform)
  const session = createSession(platform, transport, identifiers.deviceId)
  const api = createApi(transport, session, identifiers.newId)
  const config = createClientConfig(platform, transport)
  const outbox = createOutbox(platform, session)
  const answers = createAnswers(platform, session)
  const records = createRecords(platform, session, api, outbox)
  const settle = createSettle(platform, outbox, answers, records)
  const attempts = createAttempts(platform, transport, api, config, identifiers, outbox, settle)
  const events = createEvents(platform, api, config)
  const subscriptions = createSubscriptions(platform, session, api, config, identifiers.newId)
  const sync = createSync({
    platform, session, api, config, outbox, attempts, records, settle, also: subscriptions.flush,
  })
  const checkins = createCheckins({
    platform,
    session,
    config,
    positions: createPositions(platform),
    attempts,
    answers,
    events,
    follow: createFollow(records.get),
    flush: sync.flush,
  })
  const letIn = createStaffCheckins({ transport, api, config, identifiers, outbox, attempts, settle })
  const organise = createOrganise({ platform, transport, session, api, letIn })
  const doors = createDoors({ platform, session, transport, api, identifiers, organise, sync, letIn }, createDoorShelf(platform, session, transport.serverNow))
  const organisations = createOrganisations(api)
  const participants = createParticipants(api)
  const activities = createActivities(platform, session, api, transport.serverNow)
  return {
    platform, session, checkins, records, sync, activities, organise, organisations, rosters: createRosters(api),
    participants, reports: createReports(api), inbox: createInbox(api), rollcall: createRollcall(platform, session, api, identifiers.newId), files: createFiles(platform, api),
    own_code: createOwnCode(platform, session, api, participants, transport.serverNow), subscriptions, events,
    doors, consoles: createConsoles(api), server: transport.base, serverNow: transport.serverNow,
  }
}

module.exports = { createServices }

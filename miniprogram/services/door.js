/**
 * Staff at a door: who somebody is, whether they have come, and letting them in; by the server where there is a way to it, by
 * what this phone has with it where there is none. What is let in so waits in the queue as any attempt does.
 */

const { fromBase64Url } = require('../core/bytes')
const { meant, search } = require('../core/door_people')
const { asFailure, isPassing } = require('../core/failure')
const { listeners } = require('../core/listeners')
const { fault, isBy, isFor, parse } = require('../core/person_code')
const { everyPage } = require('../core/pages')
const { parseTime, since, toRfc3339 } = require('../core/time')
const { query } = require('./api')

const PAGE_SIZE = 500
const FRESH_MS = 300000
// Nobody at a door waits longer than this for a network that is none.
const LOOK_MS = 3000
const LET_IN_MS = 5000
// After a call that came to nothing the network is not waited for again, for as long.
const CUT_MS = 15000
const STAFF = ['owner', 'organiser', 'staff']
// So many of the latest are shown.
const RECENT = 5
const OVER = ['closed', 'cancelled']
/** Outcomes by which a person is in. */
const IN = ['accepted', 'duplicate', 'superseded', 'pending_review', 'provisional']
/** What the server may say to who is no longer staff; or of somebody who is not on the list. */
const NOT_THEIRS = [403, 404]

const heldOf = (/** @type {any} */ said) => (said ? { ...said, is_here: false } : null)

/** What a problem says is wrong, with its numbers. */
const faultOf = (/** @type {Failure} */ found) => {
  const [reason = {}] = (found.body && found.body.reasons) || []
  return { ...reason, reason: found.reason || reason.reason || '', message: found.message }
}

/**
 * @typedef {object} Parts
 * @property {Platform} platform
 * @property {import('./session').SessionWithTokens} session
 * @property {import('./transport').Transport} transport
 * @property {import('./api').Api} api
 * @property {import('./identifiers').Identifiers} identifiers
 * @property {OrganiseService} organise
 * @property {SyncService} sync
 * @property {import('./staff_checkins').StaffCheckins} letIn
 */

/**
 * @param {string} activity_id
 * @param {Parts} parts
 * @param {import('./door_memory').DoorMemory} memory
 * @returns {Door & { forget(): void }}
 */
const createDoor = (activity_id, { platform, transport, api, identifiers, organise, sync, letIn }, memory) => {
  const { serverNow } = transport
  const at = `/v1/activities/${activity_id}/door`
  const changed = listeners()
  /** The attempt of a personal code that was seen: seen again it is the same, for the code belongs to it. */
  const seen_before = new Map()
  let is_lost = false
  let is_over = false
  /** Why it could not be prepared anew. @type {Failure | null} */
  let failure = null
  let is_unsaved = false
  let is_online = true
  let asked_at = -Infinity
  let cut_at = -Infinity
  /** @type {Promise<void> | null} */
  let loading = null
  /** @type {Promise<void> | null} */
  let preparing = null

  const tell = () => changed.tell(undefined)

  /** Whether there is a way to the server, as far as a call just now says. */
  const isReached = async () => since(cut_at, platform.now()) >= CUT_MS && (await platform.isOnline())

  const lose = () => {
    is_lost = true
    memory.erase()
    tell()
  }

  /** What may not be kept any longer is not used any longer. */
  const expire = () => {
    const head = memory.head()
    if (head && memory.until() <= serverNow()) memory.erase()
  }

  const prepare = async () => {
    const activity = await organise.get(activity_id)
    if (!STAFF.includes(activity.own_role || '')) return lose()
    is_over = OVER.includes(activity.state || '')
    if (is_over) return memory.erase()
    let until = ''
    const read = async (/** @type {string} */ page_token) => {
      const page = await api.get(`${at}/people`, { page_size: PAGE_SIZE, page_token })
      until = page.expires_at
      return page
    }
    const people = await everyPage(read, 'people', 'user_id')
    is_lost = false
    failure = null
    asked_at = platform.now()
    is_unsaved = !(await memory.take(activity, people, parseTime(until), serverNow()))
  }

  /** Whether they are staff still; whoever is not has nothing of it any more. */
  const confirm = async () => {
    const activity = await organise.get(activity_id)
    if (!STAFF.includes(activity.own_role || '')) lose()
  }

  /** The server knows best who may; where there is no way to it, what was known stands. */
  const guarded = async (/** @type {() => Promise<void>} */ act) => {
    try {
      await act()
    } catch (thrown) {
      failure = asFailure(thrown)
      if (NOT_THEIRS.includes(failure.status || 0)) lose()
    }
  }

  const refresh = () => {
    if (!preparing) {
      preparing = guarded(prepare).finally(() => {
        preparing = null
        tell()
      })
      tell()
    }
    return preparing
  }

  const load = () => {
    // What cannot be read any more is of no use to anybody.
    if (!loading) loading = memory.load().catch(() => memory.erase()).then(tell)
    return loading
  }

  /** @type {Door['open']} */
  const open = async () => {
    is_online = await platform.isOnline()
    await load()
    expire()
    if (!is_lost && memory.head() && since(asked_at, platform.now()) < FRESH_MS) return
    await refresh()
  }

  /** Why a personal code is not taken, as far as it can be told here. @returns {DoorLook['fault']} */
  const faultHere = (/** @type {import('../core/person_code').PersonCode | null} */ code, /** @type {DoorPerson | null} */ person) => {
    if (!code) return { reason: 'PERSON_CODE_MALFORMED' }
    if (!isFor(code, activity_id)) return { reason: 'PERSON_CODE_FOREIGN' }
    const keys = ((person && person.code_keys) || []).flatMap((key) => fromBase64Url(key) || [])
    if (keys.length && !isBy(code, keys)) return { reason: 'PERSON_CODE_SIGNATURE' }
    return fault(code, serverNow())
  }

  const attemptOf = async (/** @type {any} */ who) => {
    const known = who.person_token && seen_before.get(who.person_token)
    const attempt_id = known || await identifiers.newId()
    if (who.person_token) seen_before.set(who.person_token, attempt_id)
    return attempt_id
  }

  /** @type {Door['lookHere']} */
  const lookHere = async (who) => {
    expire()
    const token = /** @type {any} */ (who).person_token
    const code = token ? parse(token) : null
    const person = meant(memory.people(), who, code ? code.user_id : undefined)
    const id = (person && person.user_id) || (code && code.user_id) || ''
    const here = { is_pending: false, mark: null, fault: token ? faultHere(code, person) : null, is_here: true }
    return { attempt_id: await attemptOf(who), who, person, ...memory.standing(id), ...here }
  }

  /** Of this door, whatever the server has not settled. */
  const queued = () => sync.queued().filter(({ attempt }) => attempt.method === 'staff' && attempt.activity_id === activity_id)

  /** Whether somebody was let in here, and the server has not been told. */
  const isWaiting = (/** @type {string} */ id) => {
    const waiting = new Set(queued().filter(({ state }) => state === 'waiting').map(({ attempt }) => attempt.attempt_id))
    return memory.log().some((one) => one.id === id && waiting.has(one.attempt_id))
  }

  const askLook = async (/** @type {DoorLook} */ seen) => {
    const call = { method: /** @type {const} */ ('POST'), path: `${at}/look`, timeout_ms: LOOK_MS, is_urgent: true }
    const { body } = await api.send({ ...call, body: { attempt_id: seen.attempt_id, ...seen.who } })
    const { person, held, is_inside, left_at, passes, is_pending, mark } = body
    const look = { ...seen, person, held: heldOf(held), is_inside, left_at, passes, is_pending, mark, fault: null, is_here: false }
    // The server does not know yet what waits here.
    if (isWaiting(person.user_id)) return { ...look, ...memory.standing(person.user_id) }
    memory.hear(person.user_id, look)
    return look
  }

  /** Where somebody is not found it is theirs; where nobody may look any more, it is ours. */
  const notSeen = async (/** @type {DoorLook} */ seen, /** @type {Failure} */ found) => {
    if (isPassing(found)) {
      if (found.status !== 429) cut_at = platform.now()
      return seen
    }
    if (NOT_THEIRS.includes(found.status || 0)) await guarded(confirm)
    return { ...seen, fault: faultOf(found), is_here: false }
  }

  /** @type {Door['look']} */
  const look = async (seen) => {
    if (seen.fault || is_lost || !(await isReached())) return seen
    try {
      return await askLook(seen)
    } catch (thrown) {
      return notSeen(seen, asFailure(thrown))
    }
  }

  const remember = (/** @type {DoorLook} */ { attempt_id, person, who }, /** @type {string} */ user_id, /** @type {Direction} */ direction, /** @type {string} */ gate) => {
    const id = (person && person.user_id) || user_id || (parse(/** @type {any} */ (who).person_token || '') || { user_id: '' }).user_id
    if (memory.log().some((one) => one.attempt_id === attempt_id)) return
    memory.add({ attempt_id, id, name: person ? person.name : '', at: toRfc3339(serverNow()), gate, direction })
    if (person && person.kind === 'guest') memory.meet(person)
  }

  /** @returns {DoorAnswer} */
  const answerOf = (/** @type {any} */ { outcome, message = '', checkin, problem }) => ({
    outcome,
    message,
    held: heldOf(checkin && checkin.duplicate_of),
    reasons: checkin ? checkin.reasons : [{ reason: (problem && problem.reason) || '' }],
    kept: null,
  })

  /** @type {Door['letIn']} */
  const letInOne = async (seen, direction, gate) => {
    const head = memory.head()
    const activity = { id: activity_id, title: head ? head.activity.title : '' }
    const wish = { activity, who: seen.who, direction, gate, attempt_id: seen.attempt_id, is_door: true }
    const { results, is_kept } = await letIn([wish], (await isReached()) ? LET_IN_MS : 0)
    if (!results) cut_at = platform.now()
    const [result] = results || [{ outcome: null, retryable: true }]
    const is_saved = !result.outcome && result.retryable
    if (is_saved || IN.includes(result.outcome)) remember(seen, result.user_id, direction, gate)
    if (result.problem && NOT_THEIRS.includes(result.problem.status)) await guarded(confirm)
    tell()
    return is_saved ? { ...answerOf({ outcome: null }), kept: is_kept ? 'storage' : 'memory' } : answerOf(result)
  }

  const nameOf = (/** @type {any} */ attempt) => {
    const found = memory.log().find((one) => one.attempt_id === attempt.attempt_id)
    const person = meant(memory.people(), attempt)
    return (found && found.name) || (person && person.name) || ''
  }

  /** @returns {DoorEntry} */
  const entryOf = (/** @type {Queued} */ { attempt, state, message, held }) => ({
    attempt_id: attempt.attempt_id, name: nameOf(attempt), at: attempt.claimed_at, gate: attempt.gate || '', direction: attempt.direction,
    problem: message, held: heldOf(held), is_waiting: state === 'waiting',
  })

  /** @returns {DoorEntry} */
  const doneOf = (/** @type {import('../core/door_log').Entry} */ { attempt_id, name, at: when, gate, direction, problem = '' }) =>
    ({ attempt_id, name, at: when, gate, direction, problem, held: null, is_waiting: queued().some(({ attempt }) => attempt.attempt_id === attempt_id) })

  /** What was refused later is no memory of somebody who is in. */
  const follow = () => {
    const refused = queued().filter((one) => one.state === 'refused' && !one.held)
    memory.spoil(new Map(refused.map(({ attempt, message }) => [attempt.attempt_id, message || 'refused'])))
    tell()
  }

  sync.onChange(follow)
  platform.onNetwork((now_online) => {
    is_online = now_online
    if (is_online) cut_at = -Infinity
    if (is_online && memory.head()) open()
    tell()
  })

  return {
    open,
    state() {
      const head = memory.head()
      const [all, count] = [queued(), memory.people().all.length]
      const refused = all.filter((one) => one.state === 'refused')
      return {
        activity: head && head.activity, count, prepared_at: head && head.prepared_at, is_preparing: Boolean(preparing), is_lost, is_over, is_unsaved, is_online, failure,
        waiting: all.length - refused.length, refused: refused.map(entryOf),
        done: memory.log().filter((one) => !one.problem).length, recent: memory.log().slice(-RECENT).reverse().map(doneOf),
      }
    },
    onChange: changed.add,
    lookHere,
    look,
    letIn: letInOne,
    async search(q) {
      expire()
      const here = { people: search(memory.people(), q), is_here: true }
      if (!(await isReached())) return here
      try {
        const call = { method: /** @type {const} */ ('GET'), path: `${at}/search${query({ q })}`, tries: 1, timeout_ms: LOOK_MS }
        return { people: (await api.send(call)).body.people, is_here: false }
      } catch (thrown) {
        if (!isPassing(asFailure(thrown))) throw thrown
        cut_at = platform.now()
        return here
      }
    },
    guest: async (name, phone_tail) => ({ guest: { id: await identifiers.newId(), name, phone_tail } }),
    dismiss: sync.dismiss,
    forget: memory.erase,
  }
}

module.exports = { createDoor }

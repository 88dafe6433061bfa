/**
 * One check-in from tap to answer: the position is looked for while the person scans, the attempt is kept before it is
 * sent (`attempts.js`), and a doubt that the phone can settle by itself is settled before the person is asked. What a tag
 * says at one touch is good for one attempt: that one brings everything along.
 */

const { failure } = require('../core/failure')
const { isOfOneTouch } = require('../core/qr_link')
const { toRfc3339 } = require('../core/time')
const texts = require('../texts/services')

/** The better answer of two tries of one person comes first. */
const RANKS = ['accepted', 'duplicate', 'superseded', 'pending_review', 'provisional', 'refused', 'annulled']
// Whoever waits longer than this for the server is told so, and may go.
const SLOW_MS = 3000
/** What a Wi-Fi or a position may settle. */
const SETTLED_BY_PLACE = ['FENCE_UNCERTAIN', 'LOCATION_MISSING', 'WIFI_MISSING']
const IN_DOUBT = ['pending_review', 'refused']

/** @typedef {(progress: Progress) => void} Told */

const rankOf = (/** @type {CheckinAnswer} */ answer) => (answer.checkin ? RANKS.indexOf(answer.checkin.outcome) : RANKS.length)

/** Whether the phone can bring what was missing. */
const isInDoubt = (/** @type {CheckinAnswer} */ { checkin }) =>
  Boolean(checkin && IN_DOUBT.includes(checkin.outcome) && checkin.reasons.some((one) => SETTLED_BY_PLACE.includes(one.reason)))

/**
 * @param {object} parts
 * @param {Platform} parts.platform
 * @param {import('./session').SessionWithTokens} parts.session
 * @param {import('./client_config').ClientConfig} parts.config
 * @param {import('./positions').Positions} parts.positions
 * @param {import('./attempts').Attempts} parts.attempts
 * @param {import('./answers').Answers} parts.answers
 * @param {EventsService} parts.events
 * @param {CheckinsService['follow']} parts.follow
 * @param {() => void} parts.flush
 * @returns {CheckinsService}
 */
const createCheckins = ({ platform, session, config, positions, attempts, answers, events, follow, flush }) => {
  const ignore = () => {}

  const tellPosition = (/** @type {Told} */ told, /** @type {import('./positions').Found} */ found) => {
    if (found.fix) return told({ step: 'location', state: 'done', text: texts.steps.located(found.fix.accuracy_m) })
    const is_denied = Boolean(found.failure && found.failure.kind === 'denied')
    return told({ step: 'location', state: 'failed', text: is_denied ? texts.steps.locationDenied : texts.steps.locationMissing })
  }

  const readWifi = async (/** @type {Told} */ told) => {
    if (!platform.info().has_wifi) {
      told({ step: 'wifi', state: 'skipped', text: texts.steps.wifiMissing })
      return null
    }
    told({ step: 'wifi', state: 'running', text: texts.steps.readingWifi })
    try {
      const wifi = await platform.connectedWifi()
      told({ step: 'wifi', state: 'done', text: texts.steps.wifiRead(wifi.ssid) })
      return wifi
    } catch {
      // Off, not connected, not allowed: all the same to the person here.
      told({ step: 'wifi', state: 'failed', text: texts.steps.wifiMissing })
      return null
    }
  }

  const send = async (/** @type {import('./attempts').Entry} */ entry, /** @type {import('./attempts').Evidence} */ evidence, /** @type {Told} */ told) => {
    const sent_at = platform.now()
    told({ step: 'send', state: 'running', text: texts.steps.sending })
    const timer = setTimeout(() => told({ step: 'send', state: 'slow', text: texts.steps.slow }), SLOW_MS)
    try {
      const answer = await attempts.make(entry, evidence)
      const text = answer.state === 'answered' ? texts.steps.sent(platform.now() - sent_at) : texts.steps[answer.state]
      told({ step: 'send', state: 'done', text })
      return answer
    } catch (thrown) {
      told({ step: 'send', state: 'failed', text: texts.steps.sendFailed })
      throw thrown
    } finally {
      clearTimeout(timer)
    }
  }

  /** A second attempt with what the first one lacked; the better of both answers. */
  const settleDoubt = async (
    /** @type {import('./attempts').Entry} */ entry,
    /** @type {import('./attempts').Evidence} */ evidence,
    /** @type {CheckinAnswer} */ first,
    /** @type {Told} */ told,
  ) => {
    const wifi = await readWifi(told)
    const fix = evidence.fix || positions.latest()
    if (!wifi && fix === evidence.fix) return first
    try {
      const second = await send(entry, { ...evidence, wifi, fix }, told)
      return rankOf(second) <= rankOf(first) ? second : first
    } catch {
      // The first answer stands; the second attempt waits in the outbox, or had no room there.
      return first
    }
  }

  const refuseOutdated = () => {
    if (config.isOutdated()) throw failure('problem', texts.outdated, { reason: 'VERSION_OUTDATED' })
  }

  /** @type {CheckinsService['checkIn']} */
  const checkIn = async (entry, told = ignore) => {
    refuseOutdated()
    const began_at = platform.now()
    told({ step: 'credential', state: 'done', text: texts.steps.credential[entry.method] })
    told({ step: 'location', state: 'running', text: texts.steps.locating })
    const is_only = isOfOneTouch(entry.token)
    const [found, wifi] = await Promise.all([positions.found(), is_only ? readWifi(told) : null])
    tellPosition(told, found)
    const evidence = { fix: found.fix, locate_ms: found.locate_ms, wifi, claimed_at: toRfc3339(began_at) }
    const first = await send(entry, evidence, told)
    const answer = isInDoubt(first) && !is_only ? await settleDoubt(entry, evidence, first, told) : first
    if (found.failure) events.add({ name: 'locate_failed', took_ms: found.locate_ms, reason: found.failure.kind })
    else events.add({ name: 'locate', took_ms: found.locate_ms })
    if (answer.state === 'answered') {
      const activity_id = (answer.checkin || entry).activity_id || ''
      events.add({ name: 'tap_to_answer', took_ms: platform.now() - began_at, activity_id })
      flush()
    }
    return answer
  }

  /** @type {CheckinsService['retryPrecisely']} */
  const retryPrecisely = async (attempt_id, told = ignore) => {
    refuseOutdated()
    const known = answers.find(attempt_id)
    if (!known) throw failure('failed', texts.failed, { reason: 'NOT_FOUND' })
    told({ step: 'location', state: 'running', text: texts.steps.locating })
    const found = await positions.precise((in_s) =>
      told({ step: 'location', state: 'running', text: texts.steps.waitingForFix(in_s) }))
    tellPosition(told, found)
    const wifi = await readWifi(told)
    const { method, token, code, activity_id, direction, gate, claimed_at } = known.attempt
    const entry = { method, token, code, activity_id, direction, gate, title: known.title }
    return send(entry, { fix: found.fix, locate_ms: found.locate_ms, wifi, claimed_at }, told)
  }

  return {
    prepare() {
      positions.prepare()
      config.refresh()
      session.ensure().catch(() => { /* The check-in itself asks again, and tells. */ })
    },
    checkIn,
    retryPrecisely,
    saveForLater: attempts.saveForLater,
    answer(attempt_id) {
      const known = answers.find(attempt_id)
      return known && attempts.standing(known.answer)
    },
    beginning(attempt_id) {
      const known = answers.find(attempt_id)
      if (!known) return {}
      const { direction, gate, activity_id } = known.attempt
      return { direction, gate, activity_id: (known.answer.checkin && known.answer.checkin.activity_id) || activity_id }
    },
    isSpent(attempt_id) {
      const known = answers.find(attempt_id)
      return Boolean(known && isOfOneTouch(known.attempt.token))
    },
    follow,
  }
}

module.exports = { createCheckins }

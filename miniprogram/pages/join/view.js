/** What an invite says to whom it was sent, before and after. Pure. */

const { isPassing } = require('../../core/failure')
const { moment } = require('../../core/format')
const texts = require('../../texts/index')

const t = texts.join
const RANKS = ['member', 'staff', 'organiser', 'owner']
const ROLES = texts.organisation.roles

const rankOf = (/** @type {string | null | undefined} */ role) => RANKS.indexOf(role || '')

/** Whether there is nothing to be joined any more. */
const isIn = (/** @type {InvitePreview} */ { role, own_role }) => rankOf(own_role) >= Math.max(0, rankOf(role))

/**
 * @param {InvitePreview} invite
 * @param {number} now
 */
const viewOf = (invite, now) => ({
  asks: t.asks(invite.invited_by || t.unnamed),
  to: invite.organisation_name,
  as: invite.activity_id ? t.crewOf(invite.activity_title || '') : t.as(ROLES[invite.role || ''] || ''),
  rights: texts.organisation.rights[invite.role || ''] || '',
  was: invite.own_role && !invite.activity_id ? t.was(ROLES[invite.own_role]) : '',
  group: invite.group ? t.group(invite.group) : '',
  until: t.until(moment(invite.expires_at, now, texts.common)),
})

/** Where one can go now: to the activity, to one's activities, or home. */
const wayOf = (/** @type {InvitePreview} */ { activity_id, role, own_role }) => {
  if (activity_id) return { text: t.toActivity, path: '/organise/pages/hub/hub', query: { activity_id } }
  if (Math.max(rankOf(role), rankOf(own_role)) < rankOf('staff')) return null
  return { text: t.toActivities, path: '/organise/pages/activities/activities', query: {} }
}

/**
 * What one is in now.
 *
 * @param {InvitePreview} invite
 * @param {boolean} is_new Joined just now.
 */
const insideOf = (invite, is_new) => {
  const role = is_new || rankOf(invite.role) > rankOf(invite.own_role) ? invite.role : invite.own_role
  const way = wayOf(invite)
  const to = invite.activity_title || invite.organisation_name
  return {
    title: is_new ? t.joined(to) : t.already(to),
    role: invite.activity_id && role === 'staff' ? t.crewNow(invite.activity_title || '') : t.you(ROLES[role || ''] || ''),
    rights: texts.organisation.rights[role || ''] || '',
    way,
    to: way ? way.text : '',
  }
}

/** A no that stays, in words of its own with what to do; null for what may pass, which is tried again. */
const refusalOf = (/** @type {Failure} */ failure) => {
  if (isPassing(failure)) return null
  const { why, what } = texts.explain({ reason: failure.reason || '' })
  return failure.reason && texts.reasons[failure.reason] ? { why, what } : { why: texts.say(failure), what: '' }
}

module.exports = { isIn, viewOf, insideOf, refusalOf }

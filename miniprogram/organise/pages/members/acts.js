/** What somebody may do with a member: organisers with members and staff, owners with everybody. Pure. */

const texts = require('../../../texts/index')

const t = texts.organisation.members
const BELOW = ['member', 'staff']
const ROLES = /** @type {Record<string, string[]>} */ ({ organiser: BELOW, owner: [...BELOW, 'organiser'] })
const HAN = /[\u3400-\u9fff]/

/** @typedef {{ does: 'role' | 'group' | 'hand_over' | 'remove', text: string, role?: string }} Act */

/**
 * In the order of a list to choose from: six at most, as WeChat shows.
 *
 * @param {{ role: string | null }} member
 * @param {string} own_role
 * @returns {Act[]}
 */
const actsOn = ({ role }, own_role) => {
  if (own_role !== 'owner' && !(own_role === 'organiser' && BELOW.includes(role || ''))) return []
  const roles = ROLES[own_role].filter((one) => one !== role).map((one) => ({ does: /** @type {const} */ ('role'), text: t.changeRole(one), role: one }))
  const hand_over = own_role === 'owner' && role !== 'owner' ? [{ does: /** @type {const} */ ('hand_over'), text: t.handOver }] : []
  return [...roles, { does: 'group', text: t.group }, ...hand_over, { does: 'remove', text: t.remove }]
}

/** Whether the server finds names by it: two Han characters or three others. */
const isSearchable = (/** @type {string} */ text) => [...text].length >= (HAN.test(text) ? 2 : 3)

/** The roles that somebody may give with an invite. */
const invitable = (/** @type {string} */ own_role) => ROLES[own_role] || []

module.exports = { actsOn, isSearchable, invitable }

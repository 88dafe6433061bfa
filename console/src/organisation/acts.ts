/** What somebody may do with a member: organisers with members and staff, owners with everybody. Pure. */

import type { components } from '@/api/schema'

export type Role = 'owner' | 'organiser' | 'staff' | 'member'
type Member = Pick<components['schemas']['Member'], 'role'>

const BELOW: Role[] = ['member', 'staff']
const GIVEN: Record<Role, Role[]> = { owner: [...BELOW, 'organiser'], organiser: BELOW, staff: [], member: [] }

/** The roles that somebody may give, to members and with invites. */
export const givenBy = (own: Role | null): Role[] => (own ? GIVEN[own] : [])

/** Whether somebody may change or remove a member. */
export const canChange = ({ role }: Member, own: Role | null): boolean =>
  own === 'owner' || (own === 'organiser' && role !== null && BELOW.includes(role))

/** The roles that a member may be given instead of theirs. */
export const rolesFor = (member: Member, own: Role | null): Role[] =>
  canChange(member, own) ? givenBy(own).filter((role) => role !== member.role) : []

/** Whether a member may take the organisation over. */
export const canTakeOver = ({ role }: Member, own: Role | null): boolean => own === 'owner' && role !== 'owner'

/** Whether the server finds names by it: two Han characters or three others. */
export const isSearchable = (text: string): boolean => [...text.trim()].length >= (/[\u3400-\u9fff]/.test(text) ? 2 : 3)

import { expect, test } from 'vitest'
import { canChange, canTakeOver, givenBy, isSearchable, rolesFor, type Role } from '@/organisation/acts'

test.each([
  ['owner', ['member', 'staff', 'organiser']],
  ['organiser', ['member', 'staff']],
  ['staff', []],
  [null, []],
] as const)('%s gives %j', (own, roles) => {
  expect(givenBy(own)).toEqual(roles)
})

test.each([
  ['member', 'organiser', true, ['staff'], false],
  ['organiser', 'organiser', false, [], false],
  ['owner', 'owner', true, ['member', 'staff', 'organiser'], false],
  ['organiser', 'owner', true, ['member', 'staff'], true],
  ['member', 'staff', false, [], false],
] as const)('with a %s, a %s: change %s, roles %j, hand over %s', (role, own, change, roles, over) => {
  const member = { role: role as Role }
  expect([canChange(member, own), rolesFor(member, own), canTakeOver(member, own)]).toEqual([change, roles, over])
})

test('names are found by two Han characters or three others', () => {
  expect(['王', '王小', 'ab', 'abc', ' 王 '].map(isSearchable)).toEqual([false, true, false, true, false])
})

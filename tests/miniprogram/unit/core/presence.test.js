/** When a check-out is due. */

const { isInside } = require('../../../../miniprogram/core/presence')

const AT = ['2026-09-15T01:00:00Z', '2026-09-15T02:00:00Z', '2026-09-15T03:00:00Z']

const record = (at, direction, changes = {}) => ({ occurrence_id: 'o', outcome: 'accepted', direction, checked_in_at: AT[at], ...changes })

test('who checked in is inside until they check out, and again once they come back', () => {
  expect(isInside([record(0, 'in')], 'o')).toBe(true)
  expect(isInside([record(0, 'in'), record(1, 'out')], 'o')).toBe(false)
  expect(isInside([record(1, 'out'), record(2, 'in'), record(0, 'in')], 'o')).toBe(true)
})

test('refused and pending records say nothing, nor do those of another time', () => {
  expect(isInside([record(0, 'in'), record(1, 'out', { outcome: 'refused' })], 'o')).toBe(true)
  expect(isInside([record(0, 'in', { outcome: 'pending_review' })], 'o')).toBe(false)
  expect(isInside([record(0, 'in', { occurrence_id: 'before' })], 'o')).toBe(false)
})

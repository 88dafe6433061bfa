/** The server wins, lower revisions are ignored, and no attempt appears twice: for any order of arrival. */

const fc = require('fast-check')
const { merge, overlay } = require('../../../../miniprogram/core/merge')

const ME = 'me'
const minute = (number) => new Date(Date.UTC(2026, 8, 1, 8, number)).toISOString()

const aCheckin = fc.record({
  id: fc.integer({ min: 0, max: 9 }), user_id: fc.constantFrom(ME, ME, ME, 'other'), revision: fc.integer({ min: 0, max: 4 }),
  minute: fc.integer({ min: 0, max: 3 }), has_time: fc.boolean(),
}).map(({ id, user_id, revision, minute: at, has_time }) => ({
  id: `c${id}`, attempt_id: `a${id}`, user_id, revision, checked_in_at: has_time ? minute(at) : null, outcome: `as of ${revision}`,
}))

const aQueued = fc.record({
  attempt: fc.record({ attempt_id: fc.integer({ min: 0, max: 12 }).map((id) => `a${id}`), method: fc.constantFrom('qr', 'code', 'staff') }),
  queued_at: fc.nat(100),
})

const byId = (checkins) => Object.fromEntries(checkins.map((one) => [one.id, one]))

test('merging keeps each record once, at its highest revision, and nobody else\'s', () => {
  fc.assert(fc.property(fc.array(aCheckin), fc.array(aCheckin), (known, news) => {
    const merged = merge(merge([], known, ME), news, ME)
    const mine = [...known, ...news].filter((one) => one.user_id === ME)
    expect(new Set(merged.map((one) => one.id)).size).toBe(merged.length)
    expect(new Set(merged.map((one) => one.id))).toEqual(new Set(mine.map((one) => one.id)))
    for (const one of merged) {
      expect(one.user_id).toBe(ME)
      expect(one.revision).toBe(Math.max(...mine.filter((other) => other.id === one.id).map((other) => other.revision)))
    }
  }))
})

test('the same news once more changes nothing', () => {
  fc.assert(fc.property(fc.array(aCheckin), fc.array(aCheckin), (known, news) => {
    const once = merge(known, news, ME)
    expect(merge(once, news, ME)).toEqual(once)
  }))
})

test('news in another order end in the same revisions', () => {
  fc.assert(fc.property(fc.array(aCheckin), (news) => {
    const revisions = (checkins) => Object.fromEntries(Object.entries(byId(checkins)).map(([id, one]) => [id, one.revision]))
    expect(revisions(merge([], news, ME))).toEqual(revisions(merge([], [...news].reverse(), ME)))
  }))
})

test('of two with the same revision, what the server said last holds', () => {
  const [before, after] = ['before', 'after'].map((title) => ({ id: 'c', attempt_id: 'a', user_id: ME, revision: 2, checked_in_at: null, activity_title: title }))
  expect(merge([before], [after], ME)).toEqual([after])
})

test('the newest is first, and what has no time yet is the newest', () => {
  fc.assert(fc.property(fc.array(aCheckin), (news) => {
    const times = merge([], news, ME).map((one) => (one.checked_in_at ? Date.parse(one.checked_in_at) : Infinity))
    expect(times).toEqual([...times].sort((left, right) => (left === right ? 0 : right - left)))
  }))
})

test('the queue shows an attempt once, not what the server has, and not what staff sent for others', () => {
  fc.assert(fc.property(fc.array(aCheckin), fc.array(aQueued), (known, queue) => {
    const checkins = merge([], known, ME)
    const shown = overlay(checkins, queue)
    const ids = shown.map((one) => one.attempt.attempt_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => checkins.some((one) => one.attempt_id === id))).toEqual([])
    expect(shown.every((one) => one.attempt.method !== 'staff')).toBe(true)
    const owed = queue.filter((one) => one.attempt.method !== 'staff' && !checkins.some((other) => other.attempt_id === one.attempt.attempt_id))
    expect(new Set(ids)).toEqual(new Set(owed.map((one) => one.attempt.attempt_id)))
  }))
})
